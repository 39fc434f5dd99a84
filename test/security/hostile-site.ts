import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Keeper } from '../support/cleanup.js'

/** A message as it crossed the wire. */
export interface Captured {
  readonly method: string
  readonly path: string
  readonly rawHeaders: readonly string[]
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly rawHeaders: readonly string[]
  readonly body?: string
}

/** A site that answers as its owner, an attacker, likes, and keeps all it was sent. */
export interface HostileSite {
  readonly origin: string
  readonly captured: Captured[]
}

export async function startHostileSite(
  keep: Keeper,
  answer: (message: Captured, origin: string) => Answer | Promise<Answer>,
): Promise<HostileSite> {
  const captured: Captured[] = []
  let origin = ''
  const server = createServer(async (incoming, outgoing: ServerResponse) => {
    const message = await capture(incoming)
    captured.push(message)
    const { status, rawHeaders, body = '' } = await answer(message, origin)
    outgoing.writeHead(status, [...rawHeaders, 'Content-Length', String(Buffer.byteLength(body))]).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep(() => {
    server.close()
    server.closeAllConnections()
  })
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, captured }
}

/** Sends a message without any proxy, as an attacker would. */
export function send(
  origin: string,
  { method, path, headers, body }: { method: string; path: string; headers: Record<string, string>; body?: string },
): Promise<Answer & { readonly body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const outgoing = request({ host: hostname, port, method, path, headers, agent: false }, async (incoming) => {
      resolve({ status: incoming.statusCode ?? 0, rawHeaders: incoming.rawHeaders, body: await text(incoming) })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/**
 * What the service at `url` asks a newcomer for: its challenge as raw headers, without framing.
 *
 * @param origin what the service calls itself
 * @default url
 */
export async function takeChallenge(url: string, origin = url): Promise<string[]> {
  const { rawHeaders } = await send(url, { method: 'GET', path: '/', headers: hostOf(origin) })
  const kept = /^(?:www-authenticate|iam-auth-.*|set-cookie)$/i
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && kept.test(name) ? [name, rawHeaders[index + 1] ?? ''] : [],
  )
}

async function capture(incoming: IncomingMessage): Promise<Captured> {
  const { method = '', url: path = '', rawHeaders } = incoming
  return { method, path, rawHeaders, body: await text(incoming) }
}

async function text(incoming: IncomingMessage): Promise<string> {
  let all = ''
  for await (const chunk of incoming) all += chunk
  return all
}

/** A script of the victim, through the victim's proxy, asks for a page of this origin. */
export function visitThrough(proxyUrl: string, origin: string): Promise<Answer & { readonly body: string }> {
  return send(proxyUrl, { method: 'GET', path: `${origin}/`, headers: hostOf(origin) })
}

export function hostOf(origin: string): { Host: string } {
  return { Host: new URL(origin).host }
}

/** An attacker's own challenge cookie of the service at `origin`. */
export async function challengeCookie(origin: string): Promise<{ id: string; pair: string }> {
  const challenge = await takeChallenge(origin)
  const line = challenge[challenge.findIndex((name) => name.toLowerCase() === 'set-cookie') + 1] ?? ''
  const [pair = ''] = line.split(';')
  return { pair, id: pair.split('=')[1]?.split('.')[0] ?? '' }
}
