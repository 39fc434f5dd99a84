import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { ClientHello } from './client-hello.js'
import type { ProxyContext } from './context.js'
import { type FirstBytes, readFirstBytes } from './first-bytes.js'
import type { InsideTunnels } from './inside-tunnels.js'
import { splice } from './splice.js'
import type { Authority } from './target.js'
import { authorityWithScheme } from './target.js'
import { dialTunnel, ESTABLISHED, type OpenTunnel } from './tunnel-dial.js'

/**
 * Browsers open `ws://` as CONNECT, and some libraries every http URL. Where that may be, we look at what the client says
 * first: towards services that are trusted, and on http's own port, where the same request in absolute form would be read, too.
 */
export function isReadable({ trusted }: ProxyContext, { host, port }: Authority): boolean {
  return port === HTTP_PORT || (trusted?.coversAuthority(host, port) ?? false)
}

const HTTP_PORT = 80

/** client → us → service, by what the client speaks: our HTTP, TLS that ends here, or bytes. Throws Refusal. */
export async function openReadable(
  context: ProxyContext,
  inside: InsideTunnels,
  { client, authority, takeEarlyBytes }: OpenTunnel,
): Promise<void> {
  const site = await interceptableSite(context, authority)
  const service = site ? await verifiedService(context, site) : await dialTunnel(context, authority)
  if (client.destroyed) {
    service?.destroy()
    return
  }
  client.write(ESTABLISHED)
  // TLS is quiet until it is asked, so what a verified service says is nothing to wait for.
  const first = await readFirstBytes(client, site ? undefined : service, takeEarlyBytes())
  await enter(context, inside, { client, authority, site, service, first })
}

interface Entrance {
  readonly client: Socket
  readonly authority: Authority
  /** Where TLS may end here: the https service. */
  readonly site: Authority | undefined
  /** Dialled by now; with TLS where there is a `site`. Nothing where the pool has a connection. */
  readonly service: Socket | undefined
  readonly first: FirstBytes
}

async function enter(context: ProxyContext, inside: InsideTunnels, entrance: Entrance): Promise<void> {
  const { client, authority, site, service, first } = entrance
  if (client.destroyed) {
    service?.destroy()
  } else if (first.kind === 'http') {
    if (service && !site) context.upstream.wayOf(authority, true).http1.adopt(authority, service)
    else service?.destroy()
    inside.acceptHttp(client, authority, first.bytes)
  } else if (site && first.kind === 'tls' && isForUs(first.hello, site)) {
    if (service) context.upstream.adoptTls(site, service as TLSSocket)
    await inside.acceptTls(client, site, first.bytes)
  } else {
    await passOn(context, entrance)
  }
}

/** The https service at the end of the tunnel, if it is trusted and our authority may speak for it. */
async function interceptableSite(context: ProxyContext, { host, port }: Authority): Promise<Authority | undefined> {
  const { trusted, interception } = context
  const site = authorityWithScheme('https', host, port)
  if (!interception || !site || !trusted?.coversOrigin(site.origin)) return undefined
  return (await interception.covers(host)) ? site : undefined
}

/** Reached and verified before the client hears 200; a pooled connection has been. */
async function verifiedService(context: ProxyContext, site: Authority): Promise<Socket | undefined> {
  if (context.upstream.hasIdleTls(site)) return undefined
  return dialTunnel(context, site, { secure: true })
}

/** It asks for exactly the service it was let through to, and for what we can speak. Anything else is not ours to read. */
function isForUs({ serverName, protocols }: ClientHello, { host }: Authority): boolean {
  if (serverName?.toLowerCase() !== host) return false
  return protocols === undefined || protocols.some((protocol) => protocol === 'http/1.1' || protocol === 'h2')
}

async function passOn(context: ProxyContext, { client, authority, site, service, first }: Entrance): Promise<void> {
  if (site) service?.destroy()
  const upstream = site || !service ? await dialAgain(context, client, authority) : service
  if (!upstream) return
  if (first.bytes.length > 0) upstream.write(first.bytes)
  splice(context, client, upstream)
}

/** The client has heard its 200: all that can be said by now is the end. */
async function dialAgain(context: ProxyContext, client: Socket, authority: Authority): Promise<Socket | undefined> {
  try {
    const upstream = await dialTunnel(context, authority)
    if (!client.destroyed) return upstream
    upstream.destroy()
  } catch {
    client.destroy()
  }
  return undefined
}
