/** The value of a signed cookie and its signature. */
export interface SignedPair {
  readonly value: string
  readonly signature: string
}

/**
 * The one pair of this name. Undefined where one of the two is missing or stands twice: then somebody else set one (a
 * sibling subdomain can, cookie tossing), and the order in which they come says nothing about whose it is.
 */
export function findSignedPair(cookieHeader: string, name: string): SignedPair | undefined {
  const value = findOnce(cookieHeader, `${name}=`)
  const signature = value === undefined ? undefined : findOnce(cookieHeader, `${name}.sig=`)
  return value === undefined || signature === undefined ? undefined : { value, signature }
}

function findOnce(cookieHeader: string, prefix: string): string | undefined {
  let found: string | undefined
  for (let at = cookieHeader.indexOf(prefix); at >= 0; at = cookieHeader.indexOf(prefix, at + prefix.length)) {
    if (!startsPair(cookieHeader, at)) continue
    if (found !== undefined) return undefined
    const end = cookieHeader.indexOf(';', at)
    found = cookieHeader.slice(at + prefix.length, end < 0 ? undefined : end).trim()
  }
  return found
}

/** Only a semicolon and white space stand before it. */
function startsPair(cookieHeader: string, at: number): boolean {
  let before = at - 1
  while (before >= 0 && (cookieHeader[before] === ' ' || cookieHeader[before] === '\t')) before--
  return before < 0 || cookieHeader[before] === ';'
}
