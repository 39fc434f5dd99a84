/** A request's head as it goes over the wire, and how its body is framed. */
export interface RequestHead {
  /** latin1, with the empty line at its end */
  readonly text: string
  readonly isChunked: boolean
  /** Bytes of a body that is not chunked. */
  readonly bodyBytes: number
}

/** RFC 9110 §5.6.2 and §5.5; in a target whatever is no space and no control character (Node's clients send no less). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/
const NO_TARGET = /[^\x21-\xff]/

/** Whether a line of these two is what it says. */
export function isField(name: string, value: string): boolean {
  return TOKEN.test(name) && !NO_VALUE.test(value)
}

/** Throws TypeError where a line of it would not be what it says. */
export function formatRequestHead(method: string, target: string, headers: readonly string[]): RequestHead {
  if (!TOKEN.test(method)) throw new TypeError('the method is no token')
  if (NO_TARGET.test(target)) throw new TypeError('Request path contains unescaped characters')
  let text = `${method} ${target} HTTP/1.1\r\n`
  let isChunked = false
  let bodyBytes = 0
  let hasConnection = false
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const value = headers[i + 1] as string
    if (!TOKEN.test(name)) throw new TypeError('a header name is no token')
    if (NO_VALUE.test(value)) throw new TypeError(`Invalid character in header content ["${name}"]`)
    if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') isChunked = true
    else if (name.length === 10 && name.toLowerCase() === 'connection') hasConnection = true
    else if (name.length === 14 && name.toLowerCase() === 'content-length') bodyBytes = Number(value)
    text += `${name}: ${value}\r\n`
  }
  return { text: hasConnection ? `${text}\r\n` : `${text}Connection: keep-alive\r\n\r\n`, isChunked, bodyBytes }
}
