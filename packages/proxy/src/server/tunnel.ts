import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { requireAdmitted } from './admission.js'
import { type ClientConnection, connectionOf } from './connection.js'
import type { ProxyContext } from './context.js'
import { holdEarlyBytes } from './early-bytes.js'
import type { InsideTunnels } from './inside-tunnels.js'
import { requireTrustedTunnel } from './only-trusted.js'
import { requireAuthorized } from './proxy-auth.js'
import { createTunnelSink } from './read-sink.js'
import { isReadable, openReadable } from './readable-tunnel.js'
import { endWithRefusal, Refusal } from './refusal.js'
import { requireNoLoop } from './request-checks.js'
import { sortRequestHeaders } from './request-headers.js'
import { splice } from './splice.js'
import { refusalFor } from './statuses.js'
import type { Authority } from './target.js'
import { parseConnectTarget } from './target.js'
import { dialTunnel, ESTABLISHED, type OpenTunnel } from './tunnel-dial.js'
import { endIfUnanswered } from './unanswered.js'

/**
 * client → us → host:port (CONNECT). The other end is dialled before the client hears 200: a browser that tries https
 * first must see the failure here to fall back to http.
 */
export async function tunnel(
  context: ProxyContext,
  inside: InsideTunnels,
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
): Promise<void> {
  if (endIfUnanswered(context, client)) return
  const takeEarlyBytes = holdEarlyBytes(client, head)
  try {
    const connection = connectionOf(context, client)
    const { admission } = connection
    if (!admission.isDecided) await admission.decided
    requireAdmitted(admission)
    const authority = requireTunnel(context, connection, request)
    const open: OpenTunnel = { client, authority, takeEarlyBytes }
    if (isReadable(context, authority)) await openReadable(context, inside, open)
    else await openOpaque(context, open)
  } catch (error) {
    endWithRefusal(client, error instanceof Refusal ? error : refusalFor(error as Error, request.url ?? ''))
  }
}

function requireTunnel(
  context: ProxyContext,
  { site, fronts }: ClientConnection,
  { rawHeaders, url = '' }: IncomingMessage,
): Authority {
  if (fronts !== undefined) throw new Refusal(421, 'this is a gateway of iam-auth-proxy, and no proxy')
  if (site !== undefined) throw new Refusal(400, 'a CONNECT inside a tunnel')
  const headers = sortRequestHeaders(rawHeaders)
  requireAuthorized(context, headers)
  requireNoLoop(headers, context.pseudonym)
  const authority = parseConnectTarget(url)
  requireTrustedTunnel(context, authority)
  return authority
}

/** Bytes we do not look at. Throws Refusal. */
async function openOpaque(context: ProxyContext, { client, authority, takeEarlyBytes }: OpenTunnel): Promise<void> {
  const sink = createTunnelSink(client)
  const upstream = await dialTunnel(context, authority, { sink })
  sink.start(upstream)
  if (client.destroyed) {
    upstream.destroy()
    return
  }
  client.write(ESTABLISHED)
  for (const bytes of takeEarlyBytes()) upstream.write(bytes)
  splice(context, client, upstream, sink.isAttached)
}
