/** A client like `curl -L -x`: absolute-form requests through a proxy, redirects followed, cookies kept if asked to. */
import http, { type IncomingHttpHeaders } from 'node:http'
import type { CookieJar } from './cookie-jar.js'

/** One answer on the way. */
export interface Hop {
  url: string
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** What to send, and how far to follow. */
export interface BrowseOptions {
  proxyPort: number
  /** Without it no cookie is kept, as by plain `curl -L`. */
  jar?: CookieJar
  /** @default 10 */
  maxRedirects?: number
  method?: string
  body?: string
  headers?: Record<string, string>
}

/** Fetches `url` and returns every hop, the final answer last. A redirect is followed with GET. */
export async function browse(url: string, options: BrowseOptions): Promise<Hop[]> {
  const hops = [await request(url, options)]
  for (let redirects = 0; redirects < (options.maxRedirects ?? 10); redirects++) {
    const last = hops.at(-1) as Hop
    if (!isRedirect(last.status) || last.headers.location === undefined) break
    const { proxyPort, jar, headers } = options
    const next = new URL(last.headers.location, last.url).href
    hops.push(await request(next, { proxyPort, ...(jar && { jar }), ...(headers && { headers }) }))
  }
  return hops
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

function request(url: string, options: BrowseOptions): Promise<Hop> {
  const parsed = new URL(url)
  const cookie = options.jar?.header(parsed)
  const headers = { ...options.headers, host: parsed.host, ...(cookie && { cookie }) }
  const { proxyPort: port, method = 'GET', body } = options
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (response) => {
      options.jar?.keep(parsed, response.headers['set-cookie'] ?? [])
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ url, status: response.statusCode ?? 0, headers: response.headers, body: text })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
