import type { WhoWeAre } from '../credentials/caller.js'
import type { Log } from '../log.js'
import type { KeptSessions } from './answer-challenge.js'
import type { LoginLayer } from './exchange.js'

/** A login layer, and who it logs in. */
interface Login {
  readonly layer: LoginLayer & { readonly sessions: KeptSessions }
  readonly identity: WhoWeAre
}

/** The same, whether it is there already or not, and a way to have it there before anybody waits. */
export interface LoginWhenNeeded extends Login {
  /** Never rejects: who needs it then, tries again. */
  getReady(): Promise<void>
}

/** A login layer whose parts are loaded, once, by the first challenge: it is a fifth of what the proxy would load at its start. */
export function loginWhenNeeded(create: () => Promise<Login>, log: Log): LoginWhenNeeded {
  let loaded: Login | undefined
  let loading: Promise<Login> | undefined
  const load = async () => {
    loading ??= create()
    try {
      loaded = await loading
    } catch (error) {
      // Its file is gone, say, since the package is being replaced: it may be back for the next one.
      loading = undefined
      throw error
    }
    return loaded
  }
  const ask = async (region: string) => (loaded ?? (await load())).identity(region)
  return {
    getReady: () => load().then(nothing, nothing),
    layer: {
      async answer(exchange) {
        try {
          return await (loaded ?? (await load())).layer.answer(exchange)
        } catch (error) {
          log.error({ origin: exchange.origin, error: (error as Error).name }, 'what a login takes cannot be loaded')
          return { kind: 'pass' }
        }
      },
      sessions: {
        has: (origin) => loaded?.layer.sessions.has(origin) ?? false,
        forget: (origin) => loaded?.layer.sessions.forget(origin),
      },
    },
    identity: Object.assign(ask, { known: () => loaded?.identity.known() }),
  }
}

function nothing(): void {}
