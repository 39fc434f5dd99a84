import http from 'node:http'
import { type Listening, listen } from '../wire/listen.js'

/** By which the wiretap tells it from the others. */
export const HOSTILE_USER_AGENT = 'hostile-site'

/**
 * A site that wants to be let in elsewhere as you: to every visitor it passes on the challenge that the genuine service
 * has just given it, and hopes for a proof that it can pass on as well.
 */
export function startHostileSite(genuine: string): Promise<Listening> {
  const server = http.createServer((_request, response) => {
    http
      .get(genuine, { agent: false, headers: { 'User-Agent': HOSTILE_USER_AGENT } }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(response)
      })
      .on('error', () => response.destroy())
  })
  return listen(server)
}
