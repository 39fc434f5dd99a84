import type { Socket } from 'node:net'
import type { HostPort } from '../config/config.js'
import { formatHostPort } from '../config/host-port.js'

/** Names that mean this machine wherever they are looked up (RFC 6761 §6.3): no site can have them lead to us in its name. */
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]', 'iam-auth-proxy.localhost']
const HTTP_PORT = 80

/** The address and port that a client has reached, IPv4 as such where it came to a listener for both kinds. */
export function reachedBy({ localAddress = '', localPort = 0 }: Socket): HostPort {
  return { host: localAddress.replace(/^::ffff:(?=\d+\.)/, ''), port: localPort }
}

/**
 * Whether a Host header (or the authority of a URL) is ours: a loopback name or the very address the client has reached, with
 * the port it has reached. A name that somebody has let lead here (DNS rebinding) is another host.
 */
export function isOwnHost(host: string, reached: HostPort): boolean {
  const { port } = reached
  const own = [...LOOPBACK_NAMES.map((name) => `${name}:${port}`), formatHostPort(reached)]
  const asked = host.toLowerCase()
  return own.includes(port === HTTP_PORT && !/:\d+$/.test(asked) ? `${asked}:${HTTP_PORT}` : asked)
}
