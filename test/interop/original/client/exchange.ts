/** client → original → service, one request: relayed, unless its answer is a challenge. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { findRealm, parseChallenge } from './challenge.js'
import { openRequest, relay } from './forward.js'
import { Refusal } from './refusal.js'
import type { AwsCalls, createSealer } from './session-token.js'
import { formatAuthLocation, parseTarget, type Target } from './target.js'
import { passUpgrade } from './tunnel.js'

/** What the client has done so far. */
export interface OriginalClientStats {
  /** Requests in absolute form. */
  requests: number
  tunnels: number
  /** 401s it took for its own; each became a redirect or a refusal. */
  challenges: number
  redirects: number
  refusals: number
  /** AWS calls asked for, retries not counted. */
  calls: AwsCalls
}

/** What all requests share. */
export interface Shared {
  sealer: ReturnType<typeof createSealer>
  stats: OriginalClientStats
}

/** Answers one request, of any method, an upgrade too. */
export function serve(request: IncomingMessage, reply: ServerResponse, shared: Shared): void {
  const target = parseTarget(request.url ?? '')
  if (target) exchange(request, reply, target, shared)
  else answer(reply, 500, 'This is a proxy server. Does not respond to non-proxy requests.')
}

function exchange(request: IncomingMessage, reply: ServerResponse, target: Target, shared: Shared): void {
  shared.stats.requests++
  const upstream = openRequest(request, target)
  upstream.on('error', (error) => {
    if (reply.headersSent) reply.destroy()
    else answer(reply, 500, error.message)
  })
  upstream.on('upgrade', (response, service, head) => {
    reply.detachSocket(request.socket as Socket)
    passUpgrade(response, service, head, request.socket)
  })
  upstream.on('response', (response) => {
    const realm = findRealm(response)
    if (realm === undefined) relay(response, reply)
    else answerChallenge({ response, realm, target, reply }, shared)
  })
  reply.on('close', () => upstream.destroy())
}

interface Challenged {
  response: IncomingMessage
  realm: string
  target: Target
  reply: ServerResponse
}

/** The 401 and all its other headers are gone: what is left is a 302 to `/auth`, or the original's own 403. */
async function answerChallenge(
  { response, realm, target, reply }: Challenged,
  { sealer, stats }: Shared,
): Promise<void> {
  stats.challenges++
  response.resume()
  try {
    const ciphertext = await sealer.seal(parseChallenge(response, realm))
    stats.redirects++
    answer(reply, 302, '', { Location: formatAuthLocation(target, ciphertext) })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    stats.refusals++
    answer(reply, 403, error.message)
  }
}

function answer(reply: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  reply.writeHead(status, { ...headers, 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(text) })
  reply.end(text)
}
