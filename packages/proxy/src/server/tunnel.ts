import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { requireAdmitted } from './admission.js'
import { connectionOf } from './connection.js'
import type { ProxyContext } from './context.js'
import { holdEarlyBytes } from './early-bytes.js'
import { requireTrustedTunnel } from './only-trusted.js'
import { requireAuthorized } from './proxy-auth.js'
import type { TunnelSink } from './read-sink.js'
import { createTunnelSink } from './read-sink.js'
import { endWithRefusal, Refusal } from './refusal.js'
import { requireNoLoop } from './request-checks.js'
import { sortRequestHeaders } from './request-headers.js'
import { splice } from './splice.js'
import { failureOf, refusalFor } from './statuses.js'
import type { Authority } from './target.js'
import { parseConnectTarget } from './target.js'
import { endIfUnanswered } from './unanswered.js'

/**
 * client → us → host:port (CONNECT). The other end is dialled before the client hears 200: a browser that tries https
 * first must see the failure here to fall back to http.
 */
export async function tunnel(
  context: ProxyContext,
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
): Promise<void> {
  if (endIfUnanswered(context, client)) return
  const takeEarlyBytes = holdEarlyBytes(client, head)
  try {
    const { admission } = connectionOf(context, client)
    if (!admission.isDecided) await admission.decided
    requireAdmitted(admission)
    const authority = requireTunnel(context, request)
    const sink = createTunnelSink(client)
    const upstream = await dial(context, authority, sink)
    sink.start(upstream)
    if (client.destroyed) {
      upstream.destroy()
      return
    }
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    for (const bytes of takeEarlyBytes()) upstream.write(bytes)
    splice(context, client, upstream, sink.isAttached)
  } catch (error) {
    endWithRefusal(client, error instanceof Refusal ? error : refusalFor(error as Error, request.url ?? ''))
  }
}

function requireTunnel(context: ProxyContext, { rawHeaders, url = '' }: IncomingMessage): Authority {
  const headers = sortRequestHeaders(rawHeaders)
  requireAuthorized(context, headers)
  requireNoLoop(headers, context.pseudonym)
  const authority = parseConnectTarget(url)
  requireTrustedTunnel(context, authority)
  return authority
}

/** Throws Refusal. */
async function dial(
  { upstream, log, observer }: ProxyContext,
  { host, port }: Authority,
  sink: TunnelSink,
): Promise<Socket> {
  try {
    const socket = await upstream.dial({ host, port, sink })
    observer.connected()
    return socket
  } catch (error) {
    const refusal = refusalFor(error as Error, `${host}:${port}`)
    const { status, proxyError, request } = refusal
    log.info({ host, port, status, error: proxyError, request }, 'tunnel failed')
    observer.failed(failureOf(refusal, error as Error, `${host}:${port}`))
    throw refusal
  }
}
