import { Secret } from '../secret.js'
import { inAscii } from '../server/ascii-host.js'
import { parseAuthority } from '../server/target.js'
import type { ProxyHop } from '../upstream/routes.js'

const SHAPE = /^(?:(?:(https?)|socks5h?):\/\/)?(?:(.*)@)?([^@/?#]+)\/?$/i
const DEFAULT_PORTS = { http: 80, https: 443, socks: 1080 } as const

/**
 * `http://user:password@host:port`, `https://…` (TLS to the proxy itself), `socks5h://…` (`socks5://` is taken for it). Without a
 * scheme it is http. Reserved characters of a password are percent-encoded, or it comes from a file.
 *
 * @throws TypeError that says what to write, and shows no password
 */
export function parseHop(text: string): ProxyHop {
  const [, web, userinfo, address = ''] = SHAPE.exec(text) ?? []
  const isSocks = /^socks/i.test(text)
  const kind = isSocks ? 'socks' : web?.toLowerCase() === 'https' ? 'https' : 'http'
  // Of http, as this one knows no other default port than 80: it counts only where one is written.
  const authority = parseAuthority('http', inAscii(address))
  const isOther = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) && web === undefined && !isSocks
  if (authority === undefined || isOther) throw new TypeError(HOW_TO_WRITE)
  const port = /:\d+$/.test(address) ? authority.port : DEFAULT_PORTS[kind]
  const hop = { kind, host: authority.host, port } as const
  if (userinfo === undefined) return hop
  const [user = '', ...password] = userinfo.split(':')
  return { ...hop, ...checkedUser(decoded(user), decoded(password.join(':')), isSocks) }
}

const HOW_TO_WRITE =
  'write it as http://host:port, https://host:port or socks5h://host:port, with user:password@ before the host where the ' +
  'proxy wants that; or HOSTS= and one of these; or HOSTS=direct; or env'

function checkedUser(user: string, password: string, isSocks: boolean) {
  if (user === '' || user.includes(':')) throw new TypeError('the user of the proxy is missing, or has a colon')
  // RFC 1929: a byte for each length.
  if (isSocks && Math.max(Buffer.byteLength(user), Buffer.byteLength(password)) > 255) {
    throw new TypeError('SOCKS takes users and passwords of 255 bytes at most')
  }
  return { user, password: new Secret(password) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new TypeError('a % in user or password of the proxy is written %25')
  }
}
