/** A fetch's headers in Node's flat form. Fields that stood twice are joined, which no reader of a challenge minds (RFC 9110 §5.3). */
export function rawHeadersOf(headers: Headers): string[] {
  return [...headers].flat()
}
