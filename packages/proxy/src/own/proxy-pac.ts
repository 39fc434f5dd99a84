import type { HostPort } from '../config/config.js'
import { formatHostPort } from '../config/host-port.js'
import type { TrustList } from '../trust/list.js'
import type { OwnRoute } from './route.js'

/**
 * `/proxy.pac`: trusted hosts go through the proxy, and nowhere else if it is not there; all others go directly. Public, since
 * browsers fetch it without a password, and go directly everywhere if they do not get it; it tells the names of trusted hosts.
 *
 */
export function proxyPacRoute(trust: Pick<TrustList, 'entries'>): OwnRoute {
  return {
    method: 'GET',
    path: '/proxy.pac',
    isPublic: true,
    answer: ({ reached }) => ({
      status: 200,
      contentType: 'application/x-ns-proxy-autoconfig',
      body: formatProxyPac(
        trust.entries().map(({ name }) => name),
        reached,
      ),
    }),
  }
}

/**
 * A proxy auto-config file in the JavaScript of 1999, which every implementation runs. It looks at the URL's authority, not at
 * `host`, since trust may be about one port of a host; the scheme does not count, because browsers try https first.
 *
 * @param trustedNames origins and suffixes in force (`https://*.corp.example.com`)
 */
export function formatProxyPac(trustedNames: readonly string[], proxy: HostPort): string {
  const authorities = [...new Set(trustedNames.map(authorityOf))]
  const exact = authorities.filter((name) => !name.startsWith('*'))
  const below = authorities.filter((name) => name.startsWith('*')).map((name) => name.slice(1))
  return `// From iam-auth-proxy: what you trust goes through it, all else goes directly.
var PROXY = ${encode(`PROXY ${formatHostPort(proxy)}`)};
var HOSTS = ${encode(exact)};
var BELOW = ${encode(below)};

function FindProxyForURL(url, host) {
  var match = /^[a-z]+:\\/\\/(?:[^\\/?#]*@)?([^\\/?#]*)/i.exec(url);
  var authority = (match ? match[1] : host).toLowerCase();
  var i, start;
  for (i = 0; i < HOSTS.length; i++) {
    if (authority === HOSTS[i]) return PROXY;
  }
  for (i = 0; i < BELOW.length; i++) {
    start = authority.length - BELOW[i].length;
    if (start > 0 && authority.substring(start) === BELOW[i]) return PROXY;
  }
  return "DIRECT";
}
`
}

/** `wiki.example.com`, `wiki.example.com:8080`, `*.corp.example.com`: a port only where it is not the scheme's own. */
function authorityOf(name: string): string {
  return name.slice(name.indexOf('://') + '://'.length)
}

/** JSON that is JavaScript of any age, in ASCII. */
function encode(value: string | readonly string[]): string {
  const hex = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replaceAll(/[^\x20-\x7e]|[<>&]/g, hex)
}
