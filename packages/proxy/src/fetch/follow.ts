import type { Call, Hop } from './call.js'
import { discardBody } from './discard.js'
import { sendHop } from './hop.js'
import { failed, MAX_REDIRECTS, markRedirected, nextHop } from './redirect.js'
import type { FetchState } from './state.js'

/** One call, wherever its redirects lead: each URL with the session, and the login, of its own origin. */
export async function follow(first: Hop, call: Call, state: FetchState): Promise<Response> {
  let hop = first
  let hasFailed = true
  const patience = { signal: call.signal, timeoutMs: state.config.timeoutMs }
  try {
    for (let redirects = 0; ; redirects += 1) {
      const response = await sendHop(hop, call, state)
      const next = call.redirect === 'follow' ? await nextHop(hop, response, patience) : undefined
      if (next === undefined) {
        hasFailed = false
        return redirects === 0 ? response : markRedirected(response)
      }
      if (redirects === MAX_REDIRECTS) throw failed('redirect count exceeded')
      await discardBody(response)
      hop = next
    }
  } finally {
    first.body.release(hasFailed)
  }
}
