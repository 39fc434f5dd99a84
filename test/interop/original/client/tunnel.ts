/** Connections the original passes without a look inside: CONNECT, and an upgrade the service accepted. */
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** CONNECT to any host and port; 502 when it cannot be reached. */
export function tunnel(request: IncomingMessage, client: Duplex, head: Buffer): void {
  const { hostname, port } = new URL(`tcp://${request.url}`)
  const service = connect(Number(port), hostname.replace(/^\[|\]$/g, ''))
  service.once('connect', () => {
    client.write('HTTP/1.0 200 Connection established\r\n\r\n')
    service.write(head)
  })
  service.once('error', (error) => client.end(`HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n${error.message}`))
  join(client, service)
}

/** Hands a 101 back and then every byte both ways. */
export function passUpgrade(response: IncomingMessage, service: Duplex, head: Buffer, client: Duplex): void {
  const { rawHeaders, statusCode, statusMessage } = response
  const lines = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}\r\n`] : []))
  client.write(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}\r\n`)
  client.write(head)
  join(client, service)
}

function join(client: Duplex, service: Duplex): void {
  for (const [from, to] of [
    [client, service],
    [service, client],
  ] as const) {
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
    from.pipe(to)
  }
}
