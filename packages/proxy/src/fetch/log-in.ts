import { readCall } from './call.js'
import { discardBody } from './discard.js'
import { sendHop } from './hop.js'
import { freshSession } from './kept-session.js'
import type { FetchState } from './state.js'

/**
 * A session for the origin of this URL, by a HEAD of it where there is none. True once there is one; false where the
 * service asks for none. Rejects with an IamFetchError, with the signal's reason, or as fetch does.
 */
export async function logIn(url: string | URL, signal: AbortSignal | undefined, state: FetchState): Promise<boolean> {
  const { jar, clocks, refusals } = state
  const init = { method: 'HEAD', redirect: 'manual', ...(signal && { signal }) } as const
  const { call, hop } = readCall(url, init)
  const { origin } = hop.url
  if (freshSession(origin, jar, clocks) !== undefined) return true
  const response = await sendHop(hop, call, state)
  await discardBody(response)
  const refusal = refusals.get(response)
  if (refusal !== undefined) throw refusal
  return freshSession(origin, jar, clocks) !== undefined
}
