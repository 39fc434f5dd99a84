import type { CallerIdentity } from '../identity.js'
import { LoginRefusal } from '../refusal.js'

/** What came back from STS, as it came. */
export interface StsAnswer {
  readonly status: number
  readonly contentType: string
  /** Undefined where it was longer than is read. */
  readonly body: Uint8Array | undefined
}

/**
 * The caller of a GetCallerIdentity answer. It is read strictly: what says who somebody is must not be something else
 * that STS was made to say (CVE-2020-16250).
 *
 * @throws LoginRefusal ERR_IAM_STS_REFUSED (a judgement on the signature), ERR_IAM_STS_UNAVAILABLE, ERR_IAM_STS_ANSWER
 */
export function parseStsAnswer(answer: StsAnswer): CallerIdentity {
  requireSuccess(answer)
  const text = requireJson(answer)
  const result = member(member(parseJson(text), 'GetCallerIdentityResponse'), 'GetCallerIdentityResult')
  const once = ['GetCallerIdentityResponse', 'GetCallerIdentityResult', 'Account', 'Arn', 'UserId']
  // JSON.parse takes the last of two members of one name, even where one is spelt with an escape.
  if (text.includes('\\') || once.some((name) => text.split(`"${name}"`).length !== 2)) {
    throw wrong('a member stands twice')
  }
  return {
    account: requireText(result, 'Account'),
    arn: requireText(result, 'Arn'),
    userId: requireText(result, 'UserId'),
  }
}

function requireSuccess({ status, body }: StsAnswer): void {
  if (status === 200) return
  const error = body === undefined ? '' : errorCode(body)
  if (status >= 500 || status === 408 || status === 429 || /Throttl|TooMany|LimitExceeded|SlowDown/.test(error)) {
    throw new LoginRefusal('ERR_IAM_STS_UNAVAILABLE', `STS answered ${status} ${error}`)
  }
  if (status >= 400) throw new LoginRefusal('ERR_IAM_STS_REFUSED', `STS answered ${status} ${error}`)
  throw wrong(`status ${status}`) // a redirect is not followed
}

/** The code alone, for the log: the rest of an error message holds parts of the request. */
function errorCode(body: Uint8Array): string {
  const text = new TextDecoder().decode(body)
  return /(?:"Code"\s*:\s*"|<Code>)([A-Za-z0-9.]{1,64})/.exec(text)?.[1] ?? ''
}

function requireJson({ contentType, body }: StsAnswer): string {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') throw wrong('not JSON')
  if (body === undefined) throw wrong('more than 64 KiB')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch (cause) {
    throw wrong('not UTF-8', cause)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw wrong('not JSON', cause)
  }
}

function member(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject || !Object.hasOwn(value, name)) throw wrong(`no ${name}`)
  return (value as Readonly<Record<string, unknown>>)[name]
}

function requireText(value: unknown, name: string): string {
  const text = member(value, name)
  if (typeof text !== 'string' || text === '') throw wrong(`no ${name}`)
  return text
}

function wrong(what: string, cause?: unknown): LoginRefusal {
  return new LoginRefusal('ERR_IAM_STS_ANSWER', `not an answer to GetCallerIdentity: ${what}`, { cause })
}
