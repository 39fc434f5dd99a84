import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { LocalAws } from 'iam-auth-local-aws'
import { expect } from 'vitest'
import { type Keeper, thisTest } from '../support/cleanup.js'
import { type CurlResult, curl } from '../support/curl.js'
import { type Credentials, keysOf, startProxy, type TestProxy } from '../support/proxy.js'
import { type ServiceOptions, startService } from '../support/service.js'
import { createSecretBook, type SecretBook } from './secrets.js'
import { startTalkativeAws, type TalkativeAws } from './talkative-aws.js'
import { tapWire, type Wiretap } from './wiretap.js'

/** Where secrets are kept apart by where they may be. */
export interface Books {
  /** Nowhere. */
  readonly secrets: SecretBook
  /** In `Cookie` and `Set-Cookie`, and nowhere else. */
  readonly cookies: SecretBook
  /** What the client itself sends to the service: in no log. */
  readonly own: SecretBook
}

/** The password of every proxy here. */
export const PASSWORD = randomBytes(12).toString('hex')

export function createBooks(): Books {
  const books = { secrets: createSecretBook(), cookies: createSecretBook(), own: createSecretBook() }
  books.secrets.add('the password of the proxy', PASSWORD)
  return books
}

/** A random value with the characters that secrets of AWS have. */
export function makeSecret({ secrets }: Books, name: string): string {
  const value = `${randomBytes(15).toString('base64url')}/+${randomBytes(6).toString('hex')}=`
  secrets.add(name, value)
  return value
}

/** An embedded AWS whose talk is noted. */
export async function startNotedAws(aws: LocalAws, { secrets }: Books, keep: Keeper): Promise<TalkativeAws> {
  for (const name of ['alice', 'server']) secrets.add(`the keys of ${name}`, keysOf(aws, name).secretAccessKey)
  return startTalkativeAws(aws, secrets, keep)
}

/** Nothing of the books stands in what was logged. */
export function expectUnlogged(books: Books, written: Readonly<Record<string, string | Uint8Array>>): void {
  const all = Object.values(books) as SecretBook[]
  expect(Object.entries(written).flatMap(([where, text]) => all.flatMap((book) => book.leaksIn(where, text)))).toEqual(
    [],
  )
}

/** What a process shows to everybody on the machine, and what a core file of it would hold. */
export function processList(pid: number): string {
  return ['cmdline', 'comm', 'stat', 'status'].map((name) => readProc(pid, name)).join('\n')
}

export function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return '' // no Linux, or it has ended
  }
}

export interface Given {
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly credentials?: Credentials
  readonly service?: ServiceOptions
}

/** A proxy with a password, in front of a service with a secret of its own, and a wire between them that is listened to. */
export async function setUpLeaks(aws: LocalAws, talkative: TalkativeAws, books: Books, given: Given = {}) {
  const service = await startService(aws, thisTest, {
    secrets: [makeSecret(books, 'SECRET_KEY')],
    endpoints: { kms: talkative.endpoint, sts: talkative.endpoint },
    ...given.service,
  })
  const proxy = await startProxy(aws, thisTest, {
    args: ['--allow-loopback', '--log-level', 'debug', ...(given.args ?? [])],
    env: { AWS_ENDPOINT_URL: talkative.endpoint, IAM_AUTH_PROXY_AUTH: `me:${PASSWORD}`, ...given.env },
    ...(given.credentials && { credentials: given.credentials }),
  })
  const wire = await tapWire(service.port, thisTest)
  return { service, proxy, ask: createAsker(proxy, wire, books, () => JSON.stringify(service.log)) }
}

const PAGE = ['-A', 'Mozilla/5.0', '-H', 'Upgrade-Insecure-Requests: 1', '-H', 'Accept: text/html,*/*']

/** What each of the two sends beside what both send. */
export const PROGRAM_FIRST = [[], PAGE] as const
export const PERSON_FIRST = [PAGE, []] as const

/** A program asks, and then a person; after both, everything that was written so far is looked through. */
export function createAsker(
  proxy: TestProxy,
  wire: Wiretap,
  books: Books,
  serviceLog: () => string = () => '',
  [first, second]: typeof PROGRAM_FIRST | typeof PERSON_FIRST = PROGRAM_FIRST,
): () => Promise<number[]> {
  const url = proxy.url.replace('http://', `http://me:${PASSWORD}@`)
  return async () => {
    const token = randomBytes(12).toString('hex')
    books.own.add('what the client sent', token)
    const sent = ['-H', `Authorization: Bearer ${token}`, '-b', `own=${token}`, `${wire.origin}/?token=${token}`]
    const answers = [await curl(url, [...first, ...sent], thisTest), await curl(url, [...second, ...sent], thisTest)]
    const bytes = wire.take()
    noteCookies(bytes, books)
    expect(books.secrets.leaksIn('the wire to the service', bytes)).toEqual([])
    expect(answers.flatMap((answer) => leaksOfAnswer(answer, books))).toEqual([])
    const log = { 'the log of the proxy': proxy.output(), 'the log of the service': serviceLog() }
    expectUnlogged(books, { ...log, 'the process list': processList(proxy.pid) })
    return answers.map(({ status }) => status)
  }
}

const COOKIE = /\b(?:iam_auth(?:_c)?(?:\.sig)?|session)=([A-Za-z0-9+/=._-]{20,})/g

/** A session's value and signature; of a challenge its MAC, since its id is public. */
function noteCookies(bytes: string, { cookies }: Books): void {
  for (const [, value = ''] of bytes.matchAll(COOKIE)) cookies.add('a cookie', value.split('.').at(-1) ?? '')
}

function leaksOfAnswer({ headers, text }: CurlResult, { secrets, cookies }: Books): string[] {
  const shown = JSON.stringify(headers.filter(([name]) => name !== 'set-cookie')) + text
  return [secrets, cookies].flatMap((book) => book.leaksIn('an answer', shown))
}
