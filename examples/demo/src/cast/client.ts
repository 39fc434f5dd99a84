import http from 'node:http'
import { headerMap, type ResponseCrossing } from '../wire/crossing.js'
import type { Timeline } from '../wire/timeline.js'

export interface Fetch {
  readonly proxy: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What browsers send when a person opens a page by plain http: such a client is told in a page why it was refused. */
export const BROWSER_HEADERS = {
  'User-Agent': 'Mozilla/5.0 (the demo)',
  Accept: 'text/html,application/xhtml+xml',
  'Upgrade-Insecure-Requests': '1',
}

/** curl -x proxy url: one request in absolute form, nothing followed, no login of its own. */
export async function fetchThroughProxy(
  { proxy, url, headers = { 'User-Agent': 'demo' } }: Fetch,
  timeline: Timeline,
): Promise<ResponseCrossing> {
  const { hostname, port } = new URL(proxy)
  const { host } = new URL(url)
  const parties = { from: 'client', to: 'proxy', at: performance.now() } as const
  const sent = { Host: host, ...headers }
  timeline.record({ ...parties, kind: 'request', method: 'GET', target: url, headers: lowerCase(sent), body: '' })
  const answer = await get({ hostname, port, path: url, headers: sent, agent: false })
  const crossing: ResponseCrossing = {
    ...{ kind: 'response', from: 'proxy', to: 'client', at: performance.now() },
    ...{ status: answer.statusCode ?? 0, reason: answer.statusMessage ?? '' },
    headers: headerMap(answer.rawHeaders),
    body: Buffer.concat(await answer.toArray()).toString(),
  }
  timeline.record(crossing)
  return crossing
}

function get(options: http.RequestOptions): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http.get({ ...options, timeout: 30_000 }, resolve).on('error', reject)
  })
}

function lowerCase(headers: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  return headerMap(Object.entries(headers).flat())
}
