import { ConfigError } from '../config/config.js'
import { parseTrustFile, TrustFormatError } from './file-format.js'
import { type Owner, readGuardedFile } from './guarded-file.js'
import type { TrustSource } from './merge.js'
import type { TrustFiles } from './paths.js'

/** The files that can be used, and what is wrong with the others. */
export interface ReadTrust {
  readonly sources: readonly TrustSource[]
  readonly problems: readonly string[]
}

/**
 * The entries of both files, the user's first; a file that is not there has none.
 *
 * @param uid who we are: `process.getuid()`, undefined on Windows
 */
export function readTrustFiles({ user, system }: TrustFiles, uid: number | undefined): ReadTrust {
  const problems: string[] = []
  const read = (path: string, owner: Owner): TrustSource[] => {
    try {
      return [readTrustFile(path, owner)]
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
      return []
    }
  }
  const own = read(user, { kind: 'user', uid })
  const others = system === undefined ? [] : read(system, { kind: 'system', uid: 0 })
  return { sources: [...own, ...others], problems }
}

/** @throws ConfigError with everything that is wrong with it */
export function readTrustFile(path: string, owner: Owner): TrustSource {
  try {
    const text = readGuardedFile(path, owner)
    return { kind: owner.kind, name: path, entries: text === undefined ? [] : parseTrustFile(text) }
  } catch (error) {
    if (!(error instanceof TrustFormatError)) throw error
    throw new ConfigError(error.problems.map((problem) => `${path}: ${problem}`))
  }
}
