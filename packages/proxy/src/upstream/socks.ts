import type { Socket } from 'node:net'
import { formatHostPort } from '../config/host-port.js'
import type { DestinationPolicy } from '../server/destinations.js'
import { connect } from './connect.js'
import type { Dial, DialTarget } from './dial.js'
import { UpstreamError } from './dial.js'
import { negotiateSocks5 } from './socks5.js'

export interface SocksServer {
  readonly host: string
  readonly port: number
  readonly user?: string
  readonly password?: string
}

export interface SocksDialOptions {
  readonly server: SocksServer
  readonly destinationPolicy: DestinationPolicy
  readonly connectTimeoutMs: number
}

/** us → bastion → service. Names are resolved at the far end ("SOCKS5h"), so only names and literals can be checked here. */
export function createSocksDial({ server, destinationPolicy, connectTimeoutMs }: SocksDialOptions): Dial {
  return async (target) => {
    destinationPolicy.requireAllowedBehindSocks(target)
    const socket = await connectToBastion(server, connectTimeoutMs)
    socket.allowHalfOpen = target.allowHalfOpen ?? false
    try {
      await negotiateSocks5(socket, { server, target, timeoutMs: connectTimeoutMs })
    } catch (error) {
      socket.destroy()
      throw socksError(error as NodeJS.ErrnoException, server, target)
    }
    return socket
  }
}

async function connectToBastion(server: SocksServer, connectTimeoutMs: number): Promise<Socket> {
  try {
    return await connect({ host: server.host, port: server.port }, connectTimeoutMs)
  } catch (cause) {
    throw new UpstreamError('ESOCKSDOWN', `The SOCKS proxy at ${formatHostPort(server)} does not answer.`, {
      cause,
      hint: howToStart(server),
    })
  }
}

/** What usually listens there: README.md, "Through a bastion". */
function howToStart(server: SocksServer): string {
  return `Start it (again), in a terminal that stays open, and put the name of your bastion in:\nssh -n -D ${formatHostPort(server)} BASTION 'sleep 1d'`
}

/** OpenSSH sends no reply of RFC 1928 when a connection fails at its far end: it closes. */
const AS_SSH_DOES = 'its end may not know the name, or nothing listens there'

/** The connection's own errors happened at the bastion, not at the service. */
function socksError(cause: NodeJS.ErrnoException, server: SocksServer, target: DialTarget): Error {
  if (cause instanceof UpstreamError && cause.code !== 'ETIMEDOUT' && cause.code !== 'ECONNRESET') return cause
  const bastion = `The SOCKS proxy at ${formatHostPort(server)}`
  if (cause.code !== 'ETIMEDOUT')
    return new UpstreamError('ESOCKSREPLY', `${bastion} hung up: ${AS_SSH_DOES} (${formatHostPort(target)}).`, {
      cause,
    })
  return new UpstreamError('ESOCKSTIMEOUT', `${bastion} has not reached ${formatHostPort(target)} in time.`, { cause })
}
