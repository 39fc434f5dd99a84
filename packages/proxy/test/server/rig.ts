import http from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import net from 'node:net'
import { onTestFinished } from 'vitest'
import type { ChallengeAnswer, ChallengedExchange, LoginLayer } from '../../src/login/exchange.js'
import { createDestinationPolicy } from '../../src/server/destinations.js'
import type { ProxyServerDeps } from '../../src/server/proxy-server.js'
import { createProxyServer } from '../../src/server/proxy-server.js'
import type { UpstreamOptions } from '../../src/upstream/upstream.js'
import { createUpstream } from '../../src/upstream/upstream.js'

type Overrides = Partial<Omit<ProxyServerDeps, 'upstream'>> & {
  readonly allowLoopback?: boolean
  readonly isTrusted?: (host: string, port: number) => boolean
  readonly upstream?: Omit<UpstreamOptions, 'destinationPolicy'>
}

const silent = () => {}
export const noLog = { debug: silent, info: silent, warn: silent, error: silent }
const noLogin: LoginLayer = { answer: async () => ({ kind: 'pass' }) }

/** A proxy on a port of its own, closed after the test. */
export async function startProxy(overrides: Overrides = {}) {
  const { allowLoopback = true, isTrusted = () => false, upstream: upstreamOptions, ...deps } = overrides
  const destinationPolicy = createDestinationPolicy({ allowLoopback, isTrusted })
  const upstream = createUpstream({ destinationPolicy, ...upstreamOptions })
  const limits = { closeGraceMs: 200, ...deps.limits }
  const server = createProxyServer({ login: noLogin, log: noLog, ...deps, upstream, destinationPolicy, limits })
  const { address } = await server.listen('127.0.0.1', 0)
  onTestFinished(() => server.close())
  return { server, upstream, destinationPolicy, port: address.port }
}

/** A login layer that gives the answers of a list, one a call, and notes what it was asked. */
export function scriptedLogin(...answers: ChallengeAnswer[]) {
  const asked: ChallengedExchange[] = []
  const login: LoginLayer = {
    answer: async (exchange) => {
      asked.push(exchange)
      return answers[asked.length - 1] ?? { kind: 'pass' }
    },
  }
  return { login, asked }
}

/** A service made with node:http. */
export async function startOrigin(handler: http.RequestListener) {
  const server = http.createServer(handler)
  const origin = await listenAsOrigin(server)
  return { ...origin, server }
}

/** A service that speaks whatever bytes the test wants: `onRequest` gets each complete header section. */
export async function startRawOrigin(onRequest: string | ((socket: Socket, head: string, rest: string) => void)) {
  const heads: string[] = []
  const sockets: Socket[] = []
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('end', () => origin.open.delete(socket))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = text.slice(0, end + 4)
      text = text.slice(end + 4)
      heads.push(head)
      if (typeof onRequest === 'string') socket.write(onRequest, 'latin1')
      else onRequest(socket, head, text)
    })
  })
  const origin = await listenAsOrigin(server)
  return { ...origin, heads, sockets }
}

export async function listenAsOrigin(server: Server) {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}`, open }
}

/** A client that writes bytes and reads bytes. */
export function connectRaw(port: number) {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let text = ''
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  return {
    socket,
    closed,
    ended: new Promise<void>((resolve) => socket.on('end', () => resolve())),
    text: () => text,
    write: (bytes: string | Buffer) => socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    /** All bytes so far, once they match. */
    until: (pattern: RegExp) => waitFor(() => (pattern.test(text) ? text : undefined)),
  }
}

/** Writes one request, returns everything that came until the proxy closed (or `until` matches). */
export async function sendRaw(port: number, bytes: string, until?: RegExp): Promise<string> {
  const client = connectRaw(port)
  client.write(bytes)
  if (until) return client.until(until)
  await client.ended
  client.socket.destroy()
  return client.text()
}

/** GET in absolute form, with lines of one's own. */
export function requestBytes(url: string, lines: readonly string[] = [], method = 'GET'): string {
  const host = /^\w+:\/\/([^/?#]*)/.exec(url)?.[1]
  return [`${method} ${url} HTTP/1.1`, `Host: ${host}`, ...lines, '', ''].join('\r\n')
}

/** Polls until there is a value: for what happens in another connection. */
export async function waitFor<T>(probe: () => T | undefined | false, timeoutMs = 5000): Promise<T> {
  const start = performance.now()
  for (;;) {
    const value = probe()
    if (value !== undefined && value !== false) return value
    if (performance.now() - start > timeoutMs) throw new Error(`never happened: ${probe}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
