import { hasBody, type ResponseHead } from './response-head.js'

/** RFC 9112 §9.3; and not where somebody may see more of a body than we do: RFC 9112 §6.1, RFC 9110 §8.6. */
export function isPersistent(head: ResponseHead): boolean {
  const { statusCode, httpVersion, connection, transferEncoding } = head
  if (statusCode === 204 && hasBody(head)) return false
  if (httpVersion === '1.0') {
    if (transferEncoding !== undefined) return false
    return connection !== undefined && /(?:^|,)[ \t]*keep-alive[ \t]*(?:,|$)/i.test(connection)
  }
  return connection === undefined || !/(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(connection)
}

/** The same, for an answer to HEAD, too: without a length a server may send the body of a GET, up to the end of the connection. */
export function outlivesAnswer(head: ResponseHead, isHead: boolean): boolean {
  const isUnframed = head.transferEncoding === undefined && head.contentLength === undefined
  return isPersistent(head) && !(isHead && isUnframed)
}

/** RFC 9110 §7.8: both say it. */
export function saysUpgrade({ upgrade = '', connection = '' }: ResponseHead): boolean {
  return upgrade !== '' && /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i.test(connection)
}
