import { ConfigError } from '../config/config.js'
import type { Log } from '../log.js'
import { LoginRefusal } from '../login/refusal.js'
import type { TrustEntry } from './entry.js'
import { stampOf } from './file-stamp.js'
import { createTrustList, type TrustList } from './list.js'
import { flagSource, type MergedTrust, mergeTrust, type Trust } from './merge.js'
import type { TrustFiles } from './paths.js'
import { readTrustFiles } from './read.js'

/** Everything that says what is trusted. */
export interface TrustSources {
  /** What the command line says: `--trust`. */
  readonly flags: readonly TrustEntry[]
  readonly files: TrustFiles
  /** `process.getuid()`, undefined on Windows. */
  readonly uid: number | undefined
}

/** What was read last, and what the files looked like then. Without a list they could not be used. */
interface State {
  readonly stamp: string
  readonly list: TrustList | undefined
  readonly problem: string
}

/**
 * The command line and both files as one list that follows the files: each question looks whether they have changed. While
 * they cannot be used nothing is trusted, and a login is refused with the reason: a pin that nobody can read may be broken.
 *
 * @throws ConfigError where the files cannot be used to begin with
 */
export function createLiveTrust(sources: TrustSources, log: Log): TrustList {
  const warn = createVersion1Warning(log)
  const read = (stamp: string): State => {
    const { inForce } = readTrust(sources)
    warn(inForce)
    return { stamp, list: createTrustList(inForce), problem: '' }
  }
  let state = read(stampOf(...pathsOf(sources.files)))
  const current = () => {
    const stamp = stampOf(...pathsOf(sources.files))
    // What made a file unusable may have been its folder: that is looked at again each time.
    if (stamp !== state.stamp || state.list === undefined) state = reread(stamp, state, read, log)
    return state
  }
  return {
    entryFor(origin) {
      const { list } = current()
      if (list === undefined) throw unusable()
      return list.entryFor(origin)
    },
    coversOrigin: (origin) => current().list?.coversOrigin(origin) ?? false,
    namesAuthority: (host, port) => current().list?.namesAuthority(host, port) ?? false,
    coversAuthority: (host, port) => current().list?.coversAuthority(host, port) ?? false,
    entries: () => current().list?.entries() ?? [],
  }
}

/** All sources as they are now. @throws ConfigError with all problems at once */
export function readTrust({ flags, files, uid }: TrustSources): MergedTrust {
  const { sources, problems } = readTrustFiles(files, uid)
  const merged = mergeTrust([flagSource(flags), ...sources])
  if (problems.length + merged.problems.length > 0) throw new ConfigError([...problems, ...merged.problems])
  return merged
}

function reread(stamp: string, before: State, read: (stamp: string) => State, log: Log): State {
  try {
    const state = read(stamp)
    log.info({}, 'trust read again')
    return state
  } catch (error) {
    const problem = (error as Error).message
    if (problem !== before.problem) log.error({ problem }, 'trust cannot be read: nothing is trusted until it can')
    return { stamp, list: undefined, problem }
  }
}

function pathsOf({ user, system }: TrustFiles): string[] {
  return system === undefined ? [user] : [user, system]
}

/** Says it once an origin: whoever wrote the entry may not be who sits here. */
function createVersion1Warning(log: Log): (entries: readonly Trust[]) => void {
  const warned = new Set<string>()
  return (entries) => {
    for (const { name: origin, allowsVersion1 } of entries) {
      if (!allowsVersion1 || warned.has(origin)) continue
      warned.add(origin)
      log.warn({ origin }, 'trusted for version 1: it may get live AWS credentials of yours')
    }
  }
}

function unusable(): LoginRefusal {
  // What is wrong may be about another service than the one whose page this becomes: it is for the log.
  return new LoginRefusal('ERR_IAM_TRUST_FILE', 'What you trust cannot be read, so no login is made.', {
    hint: 'The log of the proxy says why, and what repairs it. So does, for your file:\niam-auth-proxy trust list',
  })
}
