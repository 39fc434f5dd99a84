/** Whoever a message comes from or goes to. */
export type Party = 'client' | 'proxy' | 'service' | 'hostile' | 'STS' | 'KMS'

interface Message {
  readonly from: Party
  readonly to: Party
  /** ms of the monotonic clock */
  readonly at: number
  /** Names in lower case; the lines of one name in the order they came in. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: string
}

export interface RequestCrossing extends Message {
  readonly kind: 'request'
  readonly method: string
  /** As in the request line. */
  readonly target: string
}

export interface ResponseCrossing extends Message {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
}

/** One message that crossed a wire. */
export type Crossing = RequestCrossing | ResponseCrossing

/** The first line of this name; empty without one. */
export function header({ headers }: Crossing, name: string): string {
  return headers.get(name)?.[0] ?? ''
}

/** The pair of each Set-Cookie line, and the rest of it. */
export function setCookies({ headers }: Crossing): { name: string; value: string; attributes: string }[] {
  return (headers.get('set-cookie') ?? []).map((line) => {
    const [, name = '', value = '', attributes = ''] = /^([^=]*)=([^;]*)(.*)$/.exec(line) ?? []
    return { name, value, attributes }
  })
}

/** Node's flat header list as a map. */
export function headerMap(rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? ''
    map.set(name, [...(map.get(name) ?? []), rawHeaders[i + 1] ?? ''])
  }
  return map
}
