import { createRing } from './ring.js'

/** A login that was made. */
export interface LoginMade {
  readonly origin: string
  readonly version: 1 | 2
  readonly arn: string
}

/** A login that was not made, in words for a person. */
export interface LoginRefused {
  readonly origin: string
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** A request or tunnel that did not get through. */
export interface TrafficFailed {
  /** An origin; for tunnels `host:port`. */
  readonly target: string
  /** RFC 9209 §2.3 */
  readonly code: string
  readonly message: string
  readonly hint: string
  /** The way out is broken, not this service: the bastion. */
  readonly isAboutRoute: boolean
}

/** Something that happened: once, or several times in a row. */
export interface ActivityEvent {
  readonly kind: 'login' | 'refusal' | 'failure'
  /** ms since 1970, the last time */
  readonly at: number
  readonly count: number
  /** An origin; for tunnels `host:port`. */
  readonly target: string
  readonly message: string
  readonly hint: string
  /** Of refusals and failures. */
  readonly code: string
}

/** A service that has asked for a login, or is trusted and has failed. */
export interface ServiceActivity {
  readonly origin: string
  /** ms since 1970 */
  readonly lastAt: number
  readonly outcome:
    | { readonly kind: 'logged-in' }
    | { readonly kind: 'answered'; readonly status: number }
    | { readonly kind: 'refused' | 'failed'; readonly code: string; readonly message: string; readonly hint: string }
  readonly login: { readonly at: number; readonly version: 1 | 2; readonly arn: string } | undefined
}

/** What stands in the way of every login or request. */
interface GeneralProblem {
  readonly at: number
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** What the proxy remembers of its work, to be told: bounded, in memory, and nothing secret. */
export interface Activity {
  loggedIn(login: LoginMade): void
  refused(refusal: LoginRefused): void
  /** A service's answer went to the client. For every answer: it must cost next to nothing. */
  answered(origin: string, status: number): void
  /** A tunnel is open: the way out works. */
  connected(): void
  failed(failure: TrafficFailed): void
  /** AWS has said who we are, or why not. */
  identified(problem: Omit<LoginRefused, 'origin'> | undefined): void
  read(): ActivityRecord
}

interface ActivityRecord {
  /** The newest first. */
  readonly services: readonly ServiceActivity[]
  /** Logins, refusals and failures of services, the newest first. */
  readonly events: readonly ActivityEvent[]
  /** Failures of whatever else the clients asked for, the newest first. */
  readonly elsewhere: readonly ActivityEvent[]
  readonly problem: GeneralProblem | undefined
}

const MAX_EVENTS = 50
const MAX_ELSEWHERE = 20
const MAX_SERVICES = 200

/** Refusals that would meet a login anywhere. */
const ABOUT_EVERYTHING: readonly string[] = [
  'ERR_IAM_AWS_UNAVAILABLE',
  'ERR_IAM_CLOCK_SKEW',
  'ERR_IAM_CREDENTIALS_EXPIRED',
  'ERR_IAM_CREDENTIALS_INVALID',
  'ERR_IAM_MFA',
  'ERR_IAM_NO_CREDENTIALS',
  'ERR_IAM_TRUST_FILE',
]

/**
 * @param isService whether failures of this origin are worth remembering before it has asked for a login
 * @param now ms since 1970
 */
export function createActivity(isService: (origin: string) => boolean, now: () => number): Activity {
  const services = new Map<string, ServiceActivity>()
  const events = createRing(MAX_EVENTS)
  const elsewhere = createRing(MAX_ELSEWHERE)
  /** Of logins and of the way out: each ends when its own kind works again. */
  const problems: { login?: GeneralProblem | undefined; route?: GeneralProblem | undefined } = {}
  const note = (origin: string, change: Pick<ServiceActivity, 'outcome'> & Partial<ServiceActivity>) => {
    const before = services.get(origin)
    services.delete(origin)
    services.set(origin, { origin, login: undefined, ...before, lastAt: now(), ...change })
    const [oldest] = services.keys()
    if (services.size > MAX_SERVICES && oldest !== undefined) services.delete(oldest)
  }
  return {
    loggedIn({ origin, version, arn }) {
      problems.login = undefined
      note(origin, { outcome: { kind: 'logged-in' }, login: { at: now(), version, arn } })
      const message = `Version ${version}, as ${arn}`
      events.add({ kind: 'login', at: now(), target: origin, code: '', message, hint: '' })
    },
    refused({ origin, code, message, hint }) {
      if (ABOUT_EVERYTHING.includes(code)) problems.login = { at: now(), code, message, hint }
      note(origin, { outcome: { kind: 'refused', code, message, hint } })
      events.add({ kind: 'refusal', at: now(), target: origin, code, message, hint })
    },
    answered(origin, status) {
      problems.route = undefined
      const known = services.get(origin)
      // The 401 of a login that was refused: the reason for it is worth more.
      if (known !== undefined && !(status === 401 && known.outcome.kind === 'refused')) {
        note(origin, { outcome: { kind: 'answered', status } })
      }
    },
    connected() {
      problems.route = undefined
    },
    failed({ target, code, message, hint, isAboutRoute }) {
      if (isAboutRoute) problems.route = { at: now(), code, message, hint }
      const isKnown = services.has(target) || isService(target)
      if (isKnown) note(target, { outcome: { kind: 'failed', code, message, hint } })
      const ring = isKnown ? events : elsewhere
      ring.add({ kind: 'failure', at: now(), target, code, message, hint })
    },
    identified(problem) {
      problems.login = problem && { at: now(), ...problem }
    },
    read: () => ({
      services: [...services.values()].reverse(),
      events: events.read(),
      elsewhere: elsewhere.read(),
      problem: problems.route ?? problems.login,
    }),
  }
}
