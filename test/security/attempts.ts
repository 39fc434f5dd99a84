import {
  type Credentials,
  credentialsOf,
  prepareLogin,
  readChallenge,
  sealSessionToken,
  type Twists,
} from '../../packages/server-middleware/test/support/client.js'
import { type Answer, cookiesOf, send } from '../../packages/server-middleware/test/support/http.js'
import type { TestService } from '../support/service.js'

/** Codes of the refusals that the service has logged. */
export function refusals({ log }: TestService): unknown[] {
  return log.filter(({ message }) => message === 'refused').map(({ code }) => code)
}

/** ARNs of those who have logged in. */
export function admitted({ log }: TestService): unknown[] {
  return log.filter(({ message }) => message === 'login').map(({ arn }) => arn)
}

interface Prepared {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export function postLogin({ url }: { readonly url: string }, { headers, body }: Prepared): Promise<Answer> {
  return send(`${url}/auth`, { method: 'POST', headers, body })
}

/** A login that misbehaves in some way, from its 401 on. */
export async function attemptLogin(
  service: TestService,
  given: { credentials?: Credentials; twists?: Twists } = {},
): Promise<Answer> {
  return postLogin(service, await prepareLogin(service, given))
}

/** A token of version 1 as the original client makes it, for a challenge just taken, with its cookie. */
export interface Token {
  readonly token: string
  readonly cookie: string
}

export async function takeToken(
  service: TestService,
  plaintext: Parameters<typeof sealSessionToken>[0],
  origin = service.url,
): Promise<Token> {
  const challenged = await send(`${service.url}/`, { headers: { host: new URL(origin).host } })
  const challenge = readChallenge(challenged, origin, service.clock.ms)
  const token = await sealSessionToken(plaintext, challenge, credentialsOf(service), service)
  service.aws.resetCalls()
  return { token, cookie: cookiesOf(challenged.setCookies) }
}

export function redeemToken(
  { url }: TestService,
  { token, cookie }: Token,
  origin = url,
  returnPath = '/',
): Promise<Answer> {
  const path = `/auth?return_url=${encodeURIComponent(returnPath)}&token=${encodeURIComponent(token)}`
  return send(url + path, { headers: { host: new URL(origin).host, cookie } })
}
