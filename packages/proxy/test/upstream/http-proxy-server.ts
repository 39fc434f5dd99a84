import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import net from 'node:net'
import { listenAsOrigin } from '../server/rig.js'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from './localhost-certificate.js'

export interface HttpProxyOptions {
  /** `user:password` that every request needs. */
  readonly auth?: string
  /** What a 407 offers. */
  readonly offers?: readonly string[]
  /** Sent instead of an answer to CONNECT. */
  readonly connectAnswer?: string
  /** Names asked for are dialled here instead. */
  readonly resolve?: (host: string) => string
  /** TLS with the proxy itself. */
  readonly secure?: boolean
}

/** A small HTTP proxy that notes what it was asked for: `GET http://…` and `CONNECT …`, with the fields it got. */
export async function startHttpProxy(options: HttpProxyOptions = {}) {
  const asked: string[] = []
  const fields: http.IncomingHttpHeaders[] = []
  const tunnels = new Set<Socket>()
  const server = options.secure
    ? https.createServer({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE })
    : http.createServer()
  const note = (request: http.IncomingMessage) => {
    asked.push(`${request.method} ${request.url}`)
    fields.push(request.headers)
  }
  server.on('request', (request, response) => {
    note(request)
    if (isAllowed(request, options)) relay(request, response, options)
    else response.writeHead(407, ['Proxy-Authenticate', options.offers?.[0] ?? 'Basic realm="p"']).end('who?')
  })
  server.on('connect', (request, socket) => {
    note(request)
    tunnels.add(socket as Socket)
    socket.on('error', () => {})
    if (!isAllowed(request, options)) socket.end(refusal(options))
    else if (options.connectAnswer) socket.end(options.connectAnswer)
    else join(request.url ?? '', socket as Socket, options)
  })
  return { ...(await listenAsOrigin(server)), asked, fields, tunnels }
}

function isAllowed({ headers }: http.IncomingMessage, { auth }: HttpProxyOptions): boolean {
  return auth === undefined || headers['proxy-authorization'] === `Basic ${Buffer.from(auth).toString('base64')}`
}

function refusal({ offers = ['Basic realm="p"'] }: HttpProxyOptions): string {
  const lines = offers.map((offer) => `Proxy-Authenticate: ${offer}\r\n`).join('')
  return `HTTP/1.1 407 Proxy Authentication Required\r\n${lines}Content-Length: 0\r\n\r\n`
}

function relay(request: http.IncomingMessage, response: http.ServerResponse, { resolve }: HttpProxyOptions): void {
  const { hostname, port, pathname, search } = new URL(request.url ?? '')
  const headers = { ...request.headers }
  delete headers['proxy-authorization']
  const host = resolve?.(hostname) ?? hostname
  const path = pathname + search
  const upstream = http.request({ host, port: Number(port) || 80, method: request.method, path, headers })
  upstream.on('error', () => response.writeHead(502).end('cannot'))
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
    answer.pipe(response)
  })
  request.pipe(upstream)
}

function join(authority: string, client: Socket, { resolve }: HttpProxyOptions): void {
  const { hostname, port } = new URL(`tunnel://${authority}`)
  const name = hostname.replace(/^\[|\]$/g, '')
  const upstream = net.connect({ host: resolve?.(name) ?? name, port: Number(port), allowHalfOpen: true })
  upstream.on('error', () => client.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'))
  upstream.once('connect', () => {
    client.write('HTTP/1.1 200 OK\r\nX-Of: the proxy\r\n\r\n')
    upstream.pipe(client)
    client.pipe(upstream)
  })
  client.on('close', () => upstream.destroy())
}
