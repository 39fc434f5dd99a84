import type { Socket } from 'node:net'
import net from 'node:net'
import tls from 'node:tls'
import type { DestinationPolicy } from '../server/destinations.js'
import { connect } from './connect.js'
import { UpstreamError } from './dial.js'
import { formatHop, type ProxyHop } from './routes.js'
import { trustContextFor } from './trust-context.js'
import { untilReady } from './until-ready.js'

export interface HopConnectionOptions {
  readonly hop: ProxyHop
  /** Knows our own listeners: a proxy must not be one of them. */
  readonly destinationPolicy: DestinationPolicy
  /** PEM certificates that may vouch for the proxy, beside the public ones. */
  readonly ca?: readonly string[]
  readonly connectTimeoutMs: number
}

/** us → the next proxy, in TLS where it wants that. Rejects with UpstreamError EPROXYDOWN or EPROXYLOOP. */
export async function connectToHop({
  hop,
  destinationPolicy,
  ca,
  connectTimeoutMs,
}: HopConnectionOptions): Promise<Socket> {
  const plain = await connect({ host: hop.host, port: hop.port }, connectTimeoutMs).catch((cause: Error) => {
    throw new UpstreamError('EPROXYDOWN', `The upstream proxy ${formatHop(hop)} ${whatHappened(cause)}.`, {
      cause,
      hint: HOW_TO_REACH,
    })
  })
  if (destinationPolicy.isOwnListener(plain.remoteAddress ?? '', plain.remotePort ?? 0)) {
    plain.destroy()
    throw new UpstreamError('EPROXYLOOP', `The upstream proxy ${formatHop(hop)} is this proxy itself.`)
  }
  return hop.kind === 'https' ? secure(plain, hop, { ca, connectTimeoutMs }) : plain
}

const HOW_TO_REACH =
  'Check the address in `--upstream-proxy`, and that the network, and the VPN if it is behind one, is connected.'

const HAPPENED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ENOTFOUND: 'is not known here by its name',
}

function whatHappened({ code = '' }: NodeJS.ErrnoException): string {
  return HAPPENED[code] ?? 'does not answer'
}

async function secure(
  socket: Socket,
  hop: ProxyHop,
  { ca, connectTimeoutMs }: { ca: readonly string[] | undefined; connectTimeoutMs: number },
): Promise<Socket> {
  const encrypted = tls.connect({
    socket,
    host: hop.host,
    servername: net.isIP(hop.host) === 0 ? hop.host : '',
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
    secureContext: trustContextFor(ca),
  })
  try {
    await untilReady(encrypted, 'secureConnect', connectTimeoutMs)
  } catch (cause) {
    const { message } = cause as Error
    throw new UpstreamError('EPROXYDOWN', `TLS with the upstream proxy ${formatHop(hop)} failed: ${message}.`, {
      cause,
      hint: 'If it speaks plain HTTP, write `http://` in `--upstream-proxy`. If its certificate is your company’s: `--upstream-ca FILE`.',
    })
  }
  return encrypted
}
