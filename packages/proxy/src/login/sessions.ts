import { type CookiePair, isChallengeCookieName, isRemoval, parseSetCookiePair } from 'iam-auth-protocol'

/** What a service gave for a login. */
export interface ServiceSession {
  readonly pairs: readonly CookiePair[]
  /** The lines as the service wrote them, without the challenge cookie's. */
  readonly setCookieLines: readonly string[]
  /** ms of the monotonic clock. */
  readonly obtainedAt: number
}

/** Sessions by origin, in memory, for clients that keep no cookies and for requests that were under way meanwhile. */
export interface SessionJar {
  get(origin: string): ServiceSession | undefined
  put(origin: string, session: ServiceSession): void
  drop(origin: string): void
}

const MAX_ORIGINS = 1000

export function createSessionJar(): SessionJar {
  const sessions = new Map<string, ServiceSession>()
  return {
    get: (origin) => sessions.get(origin),
    put(origin, session) {
      sessions.delete(origin)
      sessions.set(origin, session)
      const [oldest] = sessions.keys()
      if (sessions.size > MAX_ORIGINS && oldest !== undefined) sessions.delete(oldest)
    },
    drop: (origin) => void sessions.delete(origin),
  }
}

/** The session in the `Set-Cookie` lines of a login's answer; undefined where they set no cookie but the challenge's. */
export function sessionFrom(setCookieLines: readonly string[], obtainedAt: number): ServiceSession | undefined {
  const kept = setCookieLines.flatMap((line) => {
    const pair = parseSetCookiePair(line)
    return pair === undefined || isChallengeCookieName(pair.name) ? [] : [{ line, pair }]
  })
  const pairs = kept.filter(({ line }) => !isRemoval(line)).map(({ pair }) => pair)
  return pairs.length === 0 ? undefined : { pairs, setCookieLines: kept.map(({ line }) => line), obtainedAt }
}
