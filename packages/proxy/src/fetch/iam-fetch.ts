import { randomBytes } from 'node:crypto'
import { defaultChain } from '../aws/default-chain.js'
import { createKmsEncrypt } from '../aws/kms.js'
import { createSts } from '../aws/sts.js'
import { chooseCredentials } from '../credentials/choose.js'
import type { Log } from '../log.js'
import { createLoginLayer } from '../login/answer-challenge.js'
import { createSessionJar } from '../login/sessions.js'
import type { RefusalWords, RefusedLogin } from '../login/tell-refusal.js'
import type { PersonAsked } from '../login/while-asked.js'
import { createTrustList } from '../trust/list.js'
import { readCall } from './call.js'
import { givenCredentials, programsCodes } from './credentials.js'
import { readRegion } from './environment.js'
import { follow } from './follow.js'
import { logIn } from './log-in.js'
import type { IamFetchLog, IamFetchOptions } from './options.js'
import type { IamFetchError } from './refusal.js'
import { type IamFetchConfig, resolveOptions } from './resolve-options.js'
import { createSendByFetch } from './send.js'
import type { FetchState } from './state.js'

/** A `fetch` that logs in where a service asks for it, and two functions beside. */
export type IamFetch = typeof globalThis.fetch & {
  /**
   * Makes sure of a session before it is needed: before streams that cannot be sent twice, or at the start of a program.
   * True once there is one; false where this URL asks for no login.
   *
   * Rejects with an IamFetchError that says why there is none, whatever `onRefusal` is, or as fetch does.
   */
  login(url: string | URL, options?: { readonly signal?: AbortSignal | undefined }): Promise<boolean>
  /** Why a 401 of this `fetch` was not answered; undefined for everything else. */
  refusalOf(response: Response): IamFetchError | undefined
}

/**
 * A `fetch` that answers IAM challenges with the program's own AWS credentials, without a proxy. One login an origin,
 * however many calls wait for it; its session is sent along until shortly before its end. Nothing of AWS is loaded
 * before the first challenge.
 *
 * Every call is made in the program's name: let nobody else choose its URL, or set `onlyTrusted`.
 *
 * @throws ConfigError (a TypeError) that lists everything that is wrong with the options
 * @example
 * const iamFetch = createIamFetch()
 * const response = await iamFetch('https://orders.internal/api/orders')
 */
export function createIamFetch(options: IamFetchOptions = {}): IamFetch {
  const state = createState(resolveOptions(options, readRegion()))
  const iamFetch: typeof globalThis.fetch = async (input, init) => {
    // data: and blob: lead to no service.
    if (!/^https?:/.test(schemeOf(input))) return globalThis.fetch(input, init)
    const { call, hop } = readCall(input, init)
    return follow(hop, call, state)
  }
  return Object.assign(iamFetch, {
    login: (url: string | URL, { signal }: { readonly signal?: AbortSignal | undefined } = {}) =>
      logIn(url, signal, state),
    refusalOf: (response: Response) => state.refusals.get(response),
  })
}

function schemeOf(input: string | URL | Request): string {
  const url = input instanceof Request ? input.url : String(input)
  return URL.canParse(url) ? new URL(url).protocol : ''
}

/** The wiring: everything is made here. */
function createState(config: IamFetchConfig): FetchState {
  // Looked up at each call: what watches or replaces the global one may come later.
  const fetch = config.fetch ?? ((url, init) => globalThis.fetch(url, init))
  const clocks = { now: Date.now, monotonicMs: () => performance.now() }
  const reasons: FetchState['reasons'] = new WeakMap()
  const trust = createTrustList(config.trust)
  const jar = createSessionJar()
  const login = createLoginLayer(
    {
      trust,
      credentials: credentialsOf(config),
      encrypt: createKmsEncrypt(),
      send: createSendByFetch(fetch),
      refusals: notingRefusals(reasons),
      asked: NOBODY_ASKED,
      log: logOf(config.log),
      randomBytes,
      // No version: a bundle has no package.json of ours.
      userAgent: 'iam-auth-proxy (fetch)',
      ...clocks,
    },
    jar,
  )
  return { config, fetch, login, jar, trust, clocks, reasons, refusals: new WeakMap(), challenged: new Set() }
}

/** The program's own function gives codes: nobody waits for a person. */
const NOBODY_ASKED: PersonAsked = { whenOpen: () => () => {}, comeAgain: () => ({ kind: 'pass' }) }

/** Nobody opens a page here: the 401 passes, and the reason is kept for the call whose it is. */
function notingRefusals(reasons: FetchState['reasons']): RefusalWords {
  const note = (refused: RefusedLogin) => void reasons.set(refused.exchange, refused)
  return {
    page(refused) {
      note(refused)
      return { kind: 'pass' }
    },
    line(refused) {
      note(refused)
      return refused.error.code
    },
  }
}

function credentialsOf({ credentials, profile, mfaCode, region }: IamFetchConfig) {
  const askForCodes = programsCodes(mfaCode)
  const base =
    credentials === undefined ? defaultChain({ profile, region, askForCodes }) : givenCredentials(credentials)
  const choice = { region, assumeRole: undefined, mfa: undefined }
  return chooseCredentials(choice, { base, sts: createSts(), askForCodes, now: Date.now })
}

function logOf(log: IamFetchLog | undefined): Log {
  return {
    debug: () => {},
    info: (fields, message) => log?.info(fields, message),
    warn: (fields, message) => log?.warn(fields, message),
    error: (fields, message) => log?.error(fields, message),
  }
}
