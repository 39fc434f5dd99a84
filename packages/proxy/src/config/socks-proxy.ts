import { Secret } from '../secret.js'
import type { SocksServer } from '../upstream/socks.js'
import type { ProxyConfig } from './config.js'
import { parseHostPort } from './host-port.js'

/** `127.0.0.1:8081`, `user:password@host:port`, with or without `socks5://` or `socks5h://`. */
export function parseSocksProxy(text: string | undefined): ProxyConfig['socksProxy'] {
  if (text === undefined || text === '') return undefined
  const bare = text.replace(/^socks5h?:\/\//, '')
  const at = bare.lastIndexOf('@')
  const address = parseHostPort(bare.slice(at + 1))
  if (at < 0) return address
  const [username = '', ...password] = bare.slice(0, at).split(':')
  return {
    ...address,
    username: decodeURIComponent(username),
    password: new Secret(decodeURIComponent(password.join(':'))),
  }
}

/** What the upstream is made with: the password in the clear, and nothing where no SOCKS proxy is wanted. */
export function socksOption(socksProxy: ProxyConfig['socksProxy']): { socks?: SocksServer } {
  if (socksProxy === undefined) return {}
  const { host, port, username, password } = socksProxy
  const auth = username === undefined ? {} : { user: username, password: password?.reveal() ?? '' }
  return { socks: { host, port, ...auth } }
}
