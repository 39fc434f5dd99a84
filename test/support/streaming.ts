import http from 'node:http'
import type { Keeper } from './cleanup.js'
import type { TestProxy } from './proxy.js'
import { until } from './until.js'

/** An answer that is still coming. */
export interface OpenAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** All of the body so far, once it ends with this text. */
  readTo(text: string): Promise<string>
  /** The whole body, once it is over. */
  readonly whole: Promise<string>
}

/** A GET in absolute form through the proxy, by Node, on a connection of its own. */
export async function openThrough(proxy: Pick<TestProxy, 'port'>, url: string, keep: Keeper): Promise<OpenAnswer> {
  const { host } = new URL(url)
  const request = http.get({ host: '127.0.0.1', port: proxy.port, path: url, headers: { host }, agent: false })
  keep(() => request.destroy())
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject)
  })
  let body = ''
  answer.setEncoding('utf8').on('data', (text: string) => {
    body += text
  })
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    readTo: (text) => until(`the stream says ${JSON.stringify(text)}`, () => body.endsWith(text) && body),
    whole: new Promise((resolve, reject) => answer.on('end', () => resolve(body)).on('error', reject)),
  }
}
