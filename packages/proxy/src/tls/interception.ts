import type { SecureContext } from 'node:tls'
import type { Log } from '../log.js'
import type { Interception } from '../server/context.js'
import { stampOf } from '../trust/file-stamp.js'
import type { Authority } from './authority.js'
import type { LeafContexts } from './contexts.js'
import { authorityPaths } from './paths.js'

export interface InterceptionOptions {
  /** The folder of `trust.json`. */
  readonly configFolder: string
  /** `process.getuid()`, undefined on Windows. */
  readonly uid: number | undefined
  /** ms since 1970 */
  readonly now: () => number
  readonly log: Log
}

interface Opened {
  readonly authority: Authority
  readonly contexts: LeafContexts
}

/** What was read last, and what the files looked like then. */
interface State {
  readonly stamp: string
  readonly opened: Promise<Opened | undefined>
}

/**
 * The installed authority, if there is one, as it is at each question: `ca install` and `ca uninstall` need no new start. Where
 * there is none nothing of it is loaded.
 *
 * @throws ConfigError where there is one that somebody else may have read or written, or that is damaged
 */
export async function createInterception(options: InterceptionOptions): Promise<Interception> {
  const { configFolder, log, now } = options
  const paths = authorityPaths(configFolder)
  let state: State = { stamp: NOTHING, opened: Promise.resolve(undefined) }
  const current = () => {
    const stamp = stampOf(paths.folder, paths.record)
    if (stamp !== state.stamp) {
      const opened = stamp === NOTHING ? Promise.resolve(undefined) : open(options)
      state = { stamp, opened: opened.catch((error: Error) => report(log, error)) }
    }
    return state.opened
  }
  const first = stampOf(paths.folder, paths.record)
  if (first !== NOTHING) state = { stamp: first, opened: Promise.resolve(await open(options)) }
  return {
    async covers(host) {
      const authority = (await current())?.authority
      return authority?.covers(host) === true && now() < authority.expiresAt
    },
    async secureContextFor(host): Promise<SecureContext> {
      const opened = await current()
      if (!opened) throw new RangeError('the authority is gone')
      return opened.contexts.secureContextFor(host)
    },
  }
}

async function open({ configFolder, uid, now }: InterceptionOptions): Promise<Opened | undefined> {
  const [{ readAuthority }, { createLeafContexts }] = await Promise.all([
    import('./authority-file.js'),
    import('./contexts.js'),
  ])
  const authority = await readAuthority(configFolder, uid)
  return authority && { authority, contexts: createLeafContexts(authority, { now }) }
}

function report(log: Log, error: Error): undefined {
  log.error({ problem: error.message }, 'the local authority cannot be used: https is tunnelled until it can')
}

const NOTHING = 'ENOENT ENOENT'
