import http from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** As `parseChallenge` takes them. */
  readonly rawHeaders: readonly string[]
  readonly setCookies: readonly string[]
  readonly text: string
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Uint8Array
}

/** One request over a connection of its own; nothing is added, followed or decoded. */
export function send(url: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    // The path as it is written: URL would take dot segments away.
    const path = url.slice(new URL(url).origin.length) || '/'
    const request = http.request({ hostname, port, path, method, headers, agent: false }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk)
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        rawHeaders: answer.rawHeaders,
        setCookies: answer.headers['set-cookie'] ?? [],
        text: Buffer.concat(chunks).toString(),
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** The `Cookie` value that a client sends after these `Set-Cookie` lines. */
export function cookiesOf(...setCookieLines: (readonly string[])[]): string {
  const jar = new Map<string, string>()
  for (const line of setCookieLines.flat()) {
    const [pair = ''] = line.split(';', 1)
    const equals = pair.indexOf('=')
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
    if (value === '') jar.delete(name)
    else jar.set(name, value)
  }
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
}
