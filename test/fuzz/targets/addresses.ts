import { safeReturnUrl } from 'iam-auth-protocol'
import origins from '../../../packages/protocol/test/vectors/origins.json' with { type: 'json' }
import returnPaths from '../../../packages/protocol/test/vectors/return-paths.json' with { type: 'json' }
import { Refusal } from '../../../packages/proxy/src/server/refusal.js'
import { type Authority, parseConnectTarget, parseTarget } from '../../../packages/proxy/src/server/target.js'
import { mutated } from '../mutations.js'
import { judged, requireRule, type Target } from '../target.js'

const ORIGIN = 'https://wiki.example.com'
const AUTH_PATH = '/auth'
const PATHS = returnPaths.cases.flatMap(({ returnUrl }) => (typeof returnUrl === 'string' ? [returnUrl] : []))
const PATH_PIECES = [
  '/',
  '//',
  '/.',
  '/..',
  '/./',
  '%2e',
  '%2E%2e',
  '%2f',
  '%5c',
  '\\',
  '?',
  '#',
  '@',
  ':',
  'auth',
  '%61uth',
  'evil.example',
]
export const ORIGINS = origins.cases.map(({ origin }) => origin).filter((origin) => origin.length < 300)
const URLS = [
  ...ORIGINS,
  ...ORIGINS.map((origin) => `${origin}/a?b=c`),
  'http://wiki.example.com:8080/a/../b?c#d',
  'http://[::ffff:127.0.0.1]:80/',
  'http://0x7f.1/',
  'HTTP://user:password@wiki.example.com/',
]
export const HOST_PIECES = [
  'http://',
  'https://',
  '@',
  ':',
  ':80',
  ':443',
  ':0',
  ':65536',
  '[::1]',
  '127.1',
  '0x7f000001',
  '%2e',
  '.',
  '..',
  'xn--',
  '\\',
  '#',
  '?',
]
export const addressTargets: readonly Target<string>[] = [
  {
    name: 'safeReturnUrl',
    weight: 4,
    inputs: mutated(PATHS, PATH_PIECES),
    run: (path) => {
      const result = safeReturnUrl(path, ORIGIN, AUTH_PATH)
      return { name: result === `${ORIGIN}/` ? 'the root' : 'accepted', judge: () => requireReturnRules(path, result) }
    },
  },
  {
    name: 'parseTarget',
    weight: 3,
    inputs: mutated(URLS, [...HOST_PIECES, ...PATH_PIECES]),
    run: judged(parseTarget, [Refusal], (url, { authority, rawAuthority, path }) => {
      requireAuthorityRules(url, authority)
      const rest = url.slice(url.indexOf(rawAuthority, authority.scheme.length + 3) + rawAuthority.length)
      requireRule('the path as the client spelled it', path === (rest.startsWith('/') ? rest : `/${rest}`))
    }),
  },
  {
    name: 'parseConnectTarget',
    weight: 1,
    inputs: mutated(
      URLS.map((url) => url.replace(/^https?:\/\//i, '').replace(/\/.*$/, '')),
      HOST_PIECES,
    ),
    run: judged(parseConnectTarget, [Refusal], (target, authority) => {
      requireAuthorityRules(`http://${target}`, authority)
      requireRule('a port, in plain sight', target.endsWith(`:${authority.port}`) || /:0+\d+$/.test(target))
    }),
  },
]

function requireReturnRules(path: string, result: string): void {
  const url = new URL(result)
  requireRule('visible ASCII', /^[!-~]+$/.test(result))
  requireRule('of this origin, no userinfo', url.origin === ORIGIN && result.startsWith(`${ORIGIN}/`))
  requireRule('no path that begins with //', !url.pathname.startsWith('//') && url.hash === '')
  requireRule('the browser goes nowhere else', url.href === result)
  const elsewhere = new URL(url.pathname + url.search, 'https://other.example')
  requireRule('nor where it reads the path alone', elsewhere.origin === 'https://other.example')
  requireRule('not the auth path', Buffer.from(unescape(url.pathname), 'latin1').toString('latin1') !== AUTH_PATH)
  const isPlain = path.length <= 2048 && /^\/[!-[\]-~]*$/.test(path) && !path.startsWith('//')
  requireRule('the root for what is no plain path', isPlain || result === `${ORIGIN}/`)
}

/** WHATWG's parser says who is meant. */
function requireAuthorityRules(url: string, authority: Authority): void {
  requireRule('a URL', URL.canParse(url))
  const { protocol, username, password, origin, host, hostname, port } = new URL(url)
  requireRule('http or https', protocol === `${authority.scheme}:` && ['http', 'https'].includes(authority.scheme))
  requireRule(
    'no userinfo',
    username === '' && password === '' && !url.slice(0, url.length).split(/[/?#]/)[2]?.includes('@'),
  )
  const expected = Number(port) || (authority.scheme === 'https' ? 443 : 80)
  const isSame = authority.origin === origin && authority.hostHeader === host && authority.port === expected
  requireRule('the authority that a browser sees', isSame && authority.host === hostname.replaceAll(/[[\]]/g, ''))
}
