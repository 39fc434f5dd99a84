import { expect } from 'vitest'
import { type Credentials, credentialsOf, prepareLogin, type Twists } from './client.js'
import { cookiesOf, type Sent, send } from './http.js'
import { startService, type TestService, type TestServiceOptions } from './service.js'

/** What is sent; a header that is undefined is left out. */
export interface Attempt {
  readonly method: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string | Uint8Array | undefined
}

/** One way to be refused. */
export interface Refusal {
  readonly name: string
  readonly credentials?: (service: TestService) => Credentials
  /** What is wrong inside the proof. */
  readonly twists?: (service: TestService) => Twists
  /** What is wrong with the request: merged into a good one. */
  readonly change?: (attempt: Attempt & { cookie: string }, service: TestService) => Change | Promise<Change>
  readonly status: number
  readonly code: string
  /** Asked of AWS by the time it is refused. */
  readonly calls?: readonly string[]
}

type Change = { readonly [Member in keyof Attempt]?: Attempt[Member] } | undefined

const OTHER_ACCOUNT = '210987654321'
const EVERYTHING = { Effect: 'Allow', Action: '*', Resource: '*' } as const

/** A service in a world where anyone may encrypt, under one key or another, so that nothing but the service refuses. */
export async function startOpenService(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await startService({ rateLimit: { perSecond: 1000, burst: 1000 }, ...options })
  const { state } = service.aws
  const policy = { Version: '2012-10-17', Statement: { ...EVERYTHING, Principal: '*' } } as const
  state.key().policy = policy
  state.addKey({ aliases: ['alias/other'], policy })
  state.addAccount({ id: OTHER_ACCOUNT, users: [{ name: 'mallory' }] })
  state.user('mallory', OTHER_ACCOUNT).policies.push({ Version: '2012-10-17', Statement: EVERYTHING })
  return service
}

/** Logs in that way, and looks at the answer, the log and the calls. */
export async function expectRefusal(service: TestService, refusal: Refusal): Promise<void> {
  const { credentials, twists, change, status, code, calls = [] } = refusal
  service.log.length = 0
  const { headers, body } = await prepareLogin(service, {
    credentials: credentials?.(service) ?? credentialsOf(service),
    twists: twists?.(service) ?? {},
  })
  const good = { method: 'POST', headers, body }
  const changed = await change?.({ ...good, cookie: headers.cookie }, service)
  const answer = await send(
    `${service.url}/auth`,
    toSent({ ...good, ...changed, headers: { ...headers, ...changed?.headers } }),
  )
  const seen = { status: answer.status, codes: service.codes(), calls: service.calls() }
  expect(seen).toEqual({ status, codes: [code], calls })
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(cookiesOf(answer.setCookies)).toBe('')
  const isSpent = calls.length > 0 || code === 'ERR_IAM_CHALLENGE_USED'
  expect(answer.setCookies).toEqual(isSpent ? ['iam_auth_c=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'] : [])
  if (status === 403) expect(answer.text).toBe(ONE_BODY)
}

/** For every reason the same. */
const ONE_BODY =
  '{"error":"login_refused","message":"This login was refused. The log of the service says why; reload to try again."}\n'

function toSent({ method, headers, body }: Attempt): Sent {
  const given = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return { method, headers: Object.fromEntries(given), ...(body === undefined ? {} : { body }) }
}
