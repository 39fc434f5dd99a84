import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Keeper } from './cleanup.js'
import { run } from './process.js'
import { makeDirectory } from './temporary-directory.js'

/** What the real curl got. */
export interface CurlResult {
  readonly exitCode: number | string
  readonly status: number
  /** Statuses of every answer it saw: redirects and 100 Continue too. */
  readonly statuses: readonly number[]
  /** Of the last answer; names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  header(name: string): string | undefined
  readonly body: Buffer
  readonly text: string
  readonly url: string
}

/** Runs curl once. `proxy` is a URL, or undefined to go directly. */
export async function curl(proxy: string | undefined, args: readonly string[], keep: Keeper): Promise<CurlResult> {
  const directory = await makeDirectory(keep)
  const files = { head: join(directory, 'head'), body: join(directory, 'body') }
  const route = proxy === undefined ? ['--noproxy', '*'] : ['-x', proxy, '--noproxy', '']
  const fixed = ['-q', '-sS', '-m', '30', '-D', files.head, '-o', files.body, '-w', '%{http_code} %{url_effective}']
  const { PATH } = process.env
  const running = run('curl', [...fixed, ...route, ...args], { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] }, keep)
  const exitCode = await running.ended
  const [status, url = ''] = running.stdout().split(' ')
  const head = await readFile(files.head, 'latin1').catch(() => '')
  const body = await readFile(files.body).catch(() => Buffer.alloc(0))
  const headers = lastHeaders(head)
  return {
    exitCode,
    status: Number(status),
    statuses: [...head.matchAll(/^HTTP\/[\d.]+ (\d{3})/gm)].map(([, code]) => Number(code)),
    headers,
    header: (name) => headers.find(([own]) => own === name)?.[1],
    body,
    text: body.toString(),
    url,
  }
}

function lastHeaders(head: string): [string, string][] {
  const [last = ''] = head.trimEnd().split('\r\n\r\n').slice(-1)
  return last
    .split('\r\n')
    .slice(1)
    .map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
}
