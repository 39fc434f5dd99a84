/** Cookies as RFC 6265 keeps them: by host name whatever the port, by path, until they expire. */

interface Cookie {
  name: string
  value: string
  host: string
  path: string
}

/** What a browser keeps between requests. */
export interface CookieJar {
  /** Keeps the cookies of an answer's Set-Cookie lines. */
  keep(url: URL, lines: string[]): void
  /** The Cookie header of a request; empty if there is none. */
  header(url: URL): string
}

/** Creates an empty jar. A Secure cookie from an http URL is not kept; Domain and SameSite are not looked at. */
export function createCookieJar(): CookieJar {
  let cookies: Cookie[] = []
  return {
    keep(url, lines) {
      for (const line of lines) {
        const { cookie, isExpired, isSecure } = parseSetCookie(line, url)
        if (isSecure && url.protocol === 'http:') continue
        cookies = cookies.filter((kept) => formatKey(kept) !== formatKey(cookie))
        if (!isExpired) cookies.push(cookie)
      }
    },
    header(url) {
      const sent = cookies.filter(({ host, path }) => host === url.hostname && isPathWithin(url.pathname, path))
      return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
    },
  }
}

function parseSetCookie(line: string, url: URL) {
  const [pair = '', ...rest] = line.split(';').map((part) => part.trim())
  const attributes = new Map(rest.map((part) => [part.split('=')[0]?.toLowerCase(), part.split('=')[1]]))
  const [name = '', value = ''] = pair.split(/=(.*)/s)
  const path = attributes.get('path')
  const cookie: Cookie = {
    name,
    value,
    host: url.hostname,
    path: path?.startsWith('/') ? path : url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf('/'))),
  }
  const maxAge = attributes.get('max-age')
  const expires = attributes.get('expires')
  const isExpired = maxAge === undefined ? Date.parse(expires ?? '') <= Date.now() : Number(maxAge) <= 0
  return { cookie, isExpired, isSecure: attributes.has('secure') }
}

function formatKey({ name, host, path }: Cookie): string {
  return `${name} ${host} ${path}`
}

function isPathWithin(requestPath: string, path: string): boolean {
  return requestPath === path || requestPath.startsWith(path.endsWith('/') ? path : `${path}/`)
}
