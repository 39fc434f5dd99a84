import type { WhoWeAre } from '../credentials/caller.js'
import type { KeptSessions } from './answer-challenge.js'
import type { LoginLayer } from './exchange.js'

/** A login layer, and who it logs in. */
interface Login {
  readonly layer: LoginLayer & { readonly sessions: KeptSessions }
  readonly identity: WhoWeAre
}

/** The same, whether it is there already or not, and a way to have it there before anybody waits. */
export interface LoginWhenNeeded extends Login {
  load(): Promise<unknown>
}

/** A login layer whose parts are loaded, once, by the first challenge: it is a fifth of what the proxy would load at its start. */
export function loginWhenNeeded(create: () => Promise<Login>): LoginWhenNeeded {
  let loaded: Login | undefined
  let loading: Promise<Login> | undefined
  const load = async () => {
    loading ??= create()
    loaded = await loading
    return loaded
  }
  const ask = async (region: string) => (loaded ?? (await load())).identity(region)
  return {
    load,
    layer: {
      answer: async (exchange) => (loaded ?? (await load())).layer.answer(exchange),
      sessions: {
        has: (origin) => loaded?.layer.sessions.has(origin) ?? false,
        forget: (origin) => loaded?.layer.sessions.forget(origin),
      },
    },
    identity: Object.assign(ask, { known: () => loaded?.identity.known() }),
  }
}
