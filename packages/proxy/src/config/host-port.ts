import { isIP } from 'node:net'
import type { HostPort } from './config.js'

/**
 * `host:port`, `:port` (every interface, as the original writes it) or `[v6]:port`.
 *
 * @throws TypeError that says what is wrong
 */
export function parseHostPort(text: string): HostPort {
  const [, bracketed, plain = '', portText = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(portText)
  if (portText === '' || port > 65_535) throw new TypeError('write it as host:port, for example 127.0.0.1:8080')
  if (bracketed !== undefined && isIP(bracketed) !== 6) throw new TypeError('brackets hold an IPv6 address')
  const host = bracketed ?? (plain === '' || plain === '*' ? '::' : plain)
  return { host, port }
}

/** An address that only this machine reaches. Names but `localhost` are none: what they resolve to may change. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** `127.0.0.1:8080`, `[::1]:8080` */
export function formatHostPort({ host, port }: HostPort): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}
