import type { Activity, ActivityEvent, ServiceActivity } from '../../activity/activity.js'
import type { AuthorityState } from '../../commands/ca-state.js'
import type { ProxyConfig } from '../../config/config.js'
import { formatHostPort } from '../../config/host-port.js'
import type { KeptSessions } from '../../login/answer-challenge.js'
import type { TrustList } from '../../trust/list.js'
import type { Pin, Trust } from '../../trust/merge.js'
import type { OwnRequest } from '../route.js'
import type { AuthorityWatch } from './authority-watch.js'
import type { IdentityCheck } from './identity-check.js'
import { readRoute, type StatusRoute } from './route.js'

/** What a status is made from. Nobody is asked for it: it is what the proxy knows. */
export interface StatusSources {
  readonly version: string
  /** ms since 1970 */
  readonly startedAt: number
  readonly now: () => number
  readonly config: Pick<ProxyConfig, 'onlyTrusted' | 'proxyAuth' | 'socksProxy' | 'trustFiles' | 'upstreamRoutes'>
  readonly activity: Pick<Activity, 'read'>
  readonly trust: Pick<TrustList, 'entries'>
  readonly sessions: Pick<KeptSessions, 'has'>
  readonly identity: Pick<IdentityCheck, 'state'>
  readonly authority: AuthorityWatch
}

/** What the status page shows and `/status.json` says. Times are ISO 8601; nothing in it is secret. */
export interface Status {
  readonly version: string
  /** `127.0.0.1:8080`: as the client has reached it. */
  readonly address: string
  readonly startedAt: string
  readonly now: string
  /** Why nothing works, where that is so. */
  readonly problem: StatusNote | null
  readonly identity: {
    /** `profile dev`, `role arn:…` */
    readonly source: string
    /** AWS is being asked right now. */
    readonly isAsking: boolean
    /** Where the MFA code that AWS wants for it is typed. */
    readonly codeForm: string | null
    /** Nobody knows before the first login. */
    readonly arn: string | null
    readonly account: string | null
    /** Null for keys that do not expire, and where `arn` is. */
    readonly expiresAt: string | null
  }
  readonly route: StatusRoute
  readonly wantsPassword: boolean
  readonly onlyTrusted: boolean
  readonly pacUrl: string
  /** The local certificate authority; null while nobody has looked yet. */
  readonly authority: AuthorityState | null
  readonly services: readonly StatusService[]
  readonly events: readonly StatusEvent[]
  /** Failures of what is no service of ours. */
  readonly elsewhere: readonly StatusEvent[]
  readonly trust: { readonly file: string; readonly entries: readonly StatusTrust[] }
}

interface StatusNote {
  readonly at: string
  readonly code: string
  readonly message: string
  /** As in `LoginRefusal`: backticks around what is typed, and a block after a newline. */
  readonly hint: string
}

export interface StatusService {
  readonly origin: string
  readonly state: ServiceActivity['outcome']['kind']
  readonly lastAt: string
  /** Of the last answer, where `state` is `answered`. */
  readonly status: number | null
  /** Why, where `state` is `refused` or `failed`. */
  readonly reason: StatusNote | null
  readonly login: { readonly at: string; readonly version: 1 | 2; readonly arn: string } | null
  /** The proxy keeps a session for clients without cookies. */
  readonly hasSession: boolean
}

export interface StatusEvent extends StatusNote {
  readonly kind: ActivityEvent['kind']
  readonly target: string
  readonly count: number
}

export interface StatusTrust {
  readonly name: string
  readonly pin: Pick<Pin, 'kind' | 'value'> | null
  readonly version1: boolean
  readonly plainHttp: boolean
}

const SHOWN_EVENTS = 20

export async function readStatus(
  sources: StatusSources,
  { origin, reached }: Pick<OwnRequest, 'origin' | 'reached'>,
): Promise<Status> {
  const { config, version, startedAt, activity, trust, sessions, identity, authority, now } = sources
  const authorityState = await authority.state()
  const { services, events, elsewhere, problem } = activity.read()
  return {
    version,
    address: formatHostPort(reached),
    startedAt: iso(startedAt),
    now: iso(now()),
    problem: problem === undefined ? null : { ...problem, at: iso(problem.at) },
    identity: identity.state(),
    route: readRoute(config),
    wantsPassword: config.proxyAuth !== undefined,
    onlyTrusted: config.onlyTrusted,
    pacUrl: `${origin}/proxy.pac`,
    authority: authorityState ?? null,
    services: services.map((service) => toStatusService(service, sessions.has(service.origin))),
    events: events.slice(0, SHOWN_EVENTS).map(toStatusEvent),
    elsewhere: elsewhere.map(toStatusEvent),
    trust: { file: config.trustFiles.user, entries: trust.entries().map(toStatusTrust) },
  }
}

function toStatusService({ origin, lastAt, outcome, login }: ServiceActivity, hasSession: boolean): StatusService {
  const hasReason = outcome.kind === 'refused' || outcome.kind === 'failed'
  return {
    origin,
    state: outcome.kind,
    lastAt: iso(lastAt),
    status: outcome.kind === 'answered' ? outcome.status : null,
    reason: hasReason ? { at: iso(lastAt), code: outcome.code, message: outcome.message, hint: outcome.hint } : null,
    login: login === undefined ? null : { ...login, at: iso(login.at) },
    hasSession,
  }
}

function toStatusEvent(event: ActivityEvent): StatusEvent {
  return { ...event, at: iso(event.at) }
}

function toStatusTrust({ name, pin, allowsVersion1, allowsPlainHttp }: Trust): StatusTrust {
  const shown = pin === undefined ? null : { kind: pin.kind, value: shortened(pin.value) }
  return { name, pin: shown, version1: allowsVersion1, plainHttp: allowsPlainHttp }
}

/** Of a key's id the last four characters: the page is for a look, `trust list` for comparing. */
function shortened(pin: string): string {
  return pin.replace(/key\/.*(?=.{4}$)/, 'key/…')
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
