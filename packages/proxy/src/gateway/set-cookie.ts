import { isIP } from 'node:net'

/**
 * A Set-Cookie line for the gateway. A Domain that covers the site is taken out, since no browser takes it there: the cookie
 * is then of the gateway's name alone. One that the site itself could not use stays, and is refused as it would be there.
 */
export function rewriteSetCookie(line: string, host: string): string {
  // With a Domain such a cookie is refused anywhere (RFC 6265bis §4.1.3.2).
  if (/^\s*__Host-/i.test(line)) return line
  const [pair = '', ...attributes] = line.split(';')
  return [pair, ...attributes.filter((attribute) => !isDomainOf(attribute, host))].join(';')
}

function isDomainOf(attribute: string, host: string): boolean {
  const [, domain = ''] = /^\s*domain\s*=\s*\.?(.*?)\s*$/i.exec(attribute) ?? []
  const covering = domain.toLowerCase()
  return covering !== '' && (covering === host || (isIP(host) === 0 && host.endsWith(`.${covering}`)))
}
