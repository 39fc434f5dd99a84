import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { headerMap, type Party, type RequestCrossing } from './crossing.js'
import { type Listening, listen } from './listen.js'
import type { Timeline } from './timeline.js'

export interface WiretapOptions {
  /** Told by its headers, where several come this way. */
  readonly from: Party | ((headers: RequestCrossing['headers']) => Party)
  /** AWS is two parties behind one address: KMS says so in a header of its own. */
  readonly to: Party | 'AWS'
  /** Where it goes on: an http origin. */
  readonly target: string
  readonly timeline: Timeline
}

/**
 * from → us → to: writes every message down before it passes it on, so that the order in the timeline is the order of
 * cause and effect. Changes nothing, Host included (signatures cover it).
 */
export async function startWiretap(options: WiretapOptions): Promise<Listening> {
  const server = http.createServer((request, response) => {
    relay(request, response, options).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 0 // however long a scene takes, no connection ends while it is about to be used again
  return listen(server)
}

async function relay(
  request: IncomingMessage,
  response: ServerResponse,
  { from: caller, to: side, target, timeline }: WiretapOptions,
): Promise<void> {
  const { method = '', url = '', rawHeaders } = request
  const headers = headerMap(rawHeaders)
  const from = typeof caller === 'function' ? caller(headers) : caller
  const to = side === 'AWS' ? (headers.has('x-amz-target') ? 'KMS' : 'STS') : side
  const body = await request.toArray()
  const common = { from, to, headers, body: Buffer.concat(body).toString() }
  timeline.record({ ...common, kind: 'request', at: performance.now(), method, target: url })
  const answer = await forward({ method, path: url, rawHeaders, body, target })
  const { statusCode: status = 0, statusMessage: reason = '' } = answer
  const answerBody = Buffer.concat(await answer.toArray())
  const back = { from: to, to: from, headers: headerMap(answer.rawHeaders), body: answerBody.toString() }
  timeline.record({ ...back, kind: 'response', at: performance.now(), status, reason })
  response.writeHead(status, reason, answer.rawHeaders).end(answerBody)
}

interface Forwarded {
  readonly method: string
  readonly path: string
  readonly rawHeaders: string[]
  readonly body: readonly Buffer[]
  readonly target: string
}

function forward({ method, path, rawHeaders, body, target }: Forwarded): Promise<IncomingMessage> {
  const { hostname, port } = new URL(target)
  return new Promise((resolve, reject) => {
    const sent = http.request(
      { agent: false, hostname, port, method, path, headers: rawHeaders, setHost: false },
      resolve,
    )
    sent.on('error', reject).end(Buffer.concat(body))
  })
}
