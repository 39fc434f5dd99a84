import { mentionsIamChallenge } from 'iam-auth-protocol'
import type { UpstreamAnswer } from '../upstream/message.js'
import type { Exchange } from './exchange.js'

/** A 401 that the login layer should see: cheap and generous, since its parser is the judge. */
export function isChallenge({ target, attempt }: Exchange, { rawHeaders }: UpstreamAnswer): boolean {
  if (attempt >= MAX_ANSWERS || !mentionsIamChallenge(rawHeaders)) return false
  return isPlainPath(target.authority.origin, target.path)
}

/** A service that refuses what it has just handed out will not be talked into it by a fourth try. */
export const MAX_ANSWERS = 3

/**
 * Whether the path means the same host wherever it is resolved against this origin: `//evil.example`, `/\evil.example`
 * and `/.//evil.example` do not. They are forwarded as they are, but never answered with a login.
 */
function isPlainPath(origin: string, path: string): boolean {
  if (!path.startsWith('/') || path.startsWith('//') || path.includes('\\') || !URL.canParse(origin + path))
    return false
  const url = new URL(origin + path)
  return url.origin === origin && !url.pathname.startsWith('//')
}
