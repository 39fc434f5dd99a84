import { once } from 'node:events'
import http2 from 'node:http2'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { onTestFinished, vi } from 'vitest'
import type { Interception } from '../../src/server/context.js'
import { createAuthority, openAuthority } from '../../src/tls/authority.js'
import { createLeafContexts } from '../../src/tls/contexts.js'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../upstream/localhost-certificate.js'
import { connectRaw, listenAsOrigin, startProxy } from './rig.js'

export const HOST = 'localhost'
export const CERTIFICATE = { key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }

/** A service that speaks HTTP/2; `allowHTTP1`: HTTP/1.1 as well. */
export async function startHttp2Origin(
  onStream: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
  options: http2.SecureServerOptions = {},
) {
  const server = http2.createSecureServer({ ...CERTIFICATE, ...options })
  const sessions: http2.ServerHttp2Session[] = []
  server.on('session', (session) => void sessions.push(session))
  server.on('sessionError', () => {})
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    onStream(stream, headers)
  })
  const connections = vi.fn()
  server.on('secureConnection', connections)
  const { port } = await listenAsOrigin(server)
  return { server, sessions, connections, port, host: `${HOST}:${port}`, origin: `https://${HOST}:${port}` }
}

/** A proxy that reads the TLS of the service on this port. */
export async function startIntercepting(port: number, deps: Parameters<typeof startProxy>[0] = {}) {
  const record = await createAuthority([HOST], Date.now())
  const authority = openAuthority(record)
  const { secureContextFor } = createLeafContexts(authority, { now: Date.now })
  const interception: Interception = { covers: async (host) => authority.covers(host), secureContextFor }
  const isIt = (host: string, asked: number) => host === HOST && asked === port
  const proxy = await startProxy({
    interception,
    trusted: { coversOrigin: (origin) => origin === `https://${HOST}:${port}`, coversAuthority: isIt },
    ...deps,
    upstream: { ca: [LOCALHOST_CERTIFICATE], ...deps?.upstream },
  })
  return { ...proxy, root: record.rootPem }
}

/** A client's TLS through the proxy to the service on this port. */
export async function connectThrough(
  { port, root }: { port: number; root: string },
  to: number,
  ALPNProtocols: string[],
) {
  const { socket, until } = connectRaw(port)
  socket.write(`CONNECT ${HOST}:${to} HTTP/1.1\r\nHost: ${HOST}:${to}\r\n\r\n`)
  await until(/\r\n\r\n/)
  socket.removeAllListeners('data')
  const client = tls.connect({ socket, servername: HOST, ca: root, ALPNProtocols })
  onTestFinished(() => void client.destroy())
  await once(client, 'secureConnect')
  return client
}

/** A client's HTTP/2 session through the proxy. */
export async function openSession(proxy: { port: number; root: string }, to: number) {
  const socket = await connectThrough(proxy, to, ['h2'])
  const session = http2.connect(`https://${HOST}:${to}`, { createConnection: () => socket })
  onTestFinished(() => session.destroy())
  session.on('error', () => {})
  return session
}

/** The answer to a request, whole. */
export async function readAnswer(stream: http2.ClientHttp2Stream) {
  let trailers: http2.IncomingHttpHeaders = {}
  stream.on('trailers', (received) => {
    trailers = received
  })
  const [head, flags] = (await once(stream, 'response')) as [
    http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader,
    number,
  ]
  const text = await readText(stream)
  return { head, flags, text, trailers }
}

export async function readText(stream: Duplex): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}
