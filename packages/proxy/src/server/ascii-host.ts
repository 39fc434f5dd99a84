import { domainToASCII, domainToUnicode } from 'node:url'

/**
 * `host[:port]…` as people type it (`bücher.example`) in the form that travels: A-labels (RFC 5890 §2.3.2.1). What is ASCII already, and
 * what is no host, is given back as it is.
 *
 * @throws TypeError with the form to type, where what was typed is only a spelling of another name (`ⓦiki.example`)
 */
export function inAscii(authority: string): string {
  return authority.replace(HOST, (host) => {
    const ascii = IS_ASCII.test(host) ? host : domainToASCII(host)
    if (ascii === '' || ascii === host) return host
    if (isOneSpelling(host, ascii)) return ascii
    throw new TypeError(`${host} is a spelling of ${ascii}: write that, if you mean it`)
  })
}

/** Up to the port. */
const HOST = /^[^:[\]@/?#]+/
const IS_ASCII = /^[\x00-\x7f]*$/

/** And back again it is what was typed, but for case. */
function isOneSpelling(host: string, ascii: string): boolean {
  return domainToUnicode(ascii) === host.normalize('NFC').toLowerCase()
}
