import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalAws } from 'iam-auth-local-aws'
import type { Keeper } from './cleanup.js'
import { type ServiceOptions, startService, type TestService } from './service.js'

/** The `WWW-Authenticate` lines of a 401, made of the one that our middleware sent. */
export type Arrange = (ours: string) => readonly string[]

/**
 * A service of ours behind something that adds challenges of its own, as gateways and other logins of an application do. `url` is
 * its origin; nothing but the `WWW-Authenticate` of 401s is changed.
 */
export async function startServiceBehind(
  arrange: Arrange,
  aws: LocalAws,
  keep: Keeper,
  options: ServiceOptions = {},
): Promise<TestService> {
  let behind = 0
  const front = http.createServer((req, res) => {
    const { method, url: path, rawHeaders } = req
    const forwarded = http.request({
      host: '127.0.0.1',
      port: behind,
      method,
      path,
      headers: rawHeaders,
      setHost: false,
    })
    forwarded.on('response', (answer) => {
      res.writeHead(
        answer.statusCode ?? 0,
        answer.statusCode === 401 ? arranged(answer.rawHeaders, arrange) : answer.rawHeaders,
      )
      answer.pipe(res)
    })
    forwarded.on('error', () => res.destroy())
    req.pipe(forwarded)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  keep(() => {
    front.close()
    front.closeAllConnections()
  })
  const { port } = front.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const service = await startService(aws, keep, { ...options, origin: url })
  behind = service.port
  return { ...service, port, url }
}

function arranged(rawHeaders: readonly string[], arrange: Arrange): string[] {
  const headers: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const values = name.toLowerCase() === 'www-authenticate' ? arrange(value) : [value]
    for (const one of values) headers.push(name, one)
  }
  return headers
}
