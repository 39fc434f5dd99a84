import { isRemoval } from 'iam-auth-protocol'
import type { ServiceSession, SessionJar } from '../login/sessions.js'

/** Before its end: as long as a slow request may be on its way. Of a short session a tenth. */
const MARGIN_MS = 30_000

/** Both clocks: `Max-Age` counts from the answer, `Expires` is a time of day. */
export interface Clocks {
  /** ms since 1970 */
  readonly now: () => number
  /** ms of a clock that never goes back */
  readonly monotonicMs: () => number
}

/** The session to send along. One that is about to end is forgotten: the challenge that comes instead brings a new one. */
export function freshSession(origin: string, jar: SessionJar, clocks: Clocks): ServiceSession | undefined {
  const session = jar.get(origin)
  if (session === undefined) return undefined
  const age = clocks.monotonicMs() - session.obtainedAt
  const lives = session.setCookieLines
    .filter((line) => !isRemoval(line))
    .map((line) => lifeMs(line, clocks.now() - age))
  const life = Math.min(...lives)
  if (age < life - Math.min(MARGIN_MS, life / 10)) return session
  jar.drop(origin)
  return undefined
}

/** ms from `setAt` on. Infinite where the line does not say, or where the two clocks cannot agree on it. */
function lifeMs(setCookieLine: string, setAt: number): number {
  const maxAge = /;\s*max-age=(\d+)/i.exec(setCookieLine)?.[1]
  if (maxAge !== undefined) return Number(maxAge) * 1000
  const life = Date.parse(/;\s*expires=([^;]+)/i.exec(setCookieLine)?.[1] ?? '') - setAt
  return life > 0 ? life : Number.POSITIVE_INFINITY
}
