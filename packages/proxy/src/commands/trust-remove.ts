import { ConfigError } from '../config/config.js'
import { entryName, requireEntryName } from '../trust/entry.js'
import type { TrustFiles } from '../trust/paths.js'
import { readTrustFiles } from '../trust/read.js'
import { updateTrustFile } from '../trust/store.js'
import { CommandFailure } from './failure.js'

/**
 * `trust remove`: takes an entry out of the user's file. Gives the line that says what was done.
 * Rejects with CommandFailure where there is none, with ConfigError for what can be none.
 */
export async function removeTrust(name: string, files: TrustFiles, uid: number | undefined): Promise<string> {
  requireName(name)
  const { sources, problems } = readTrustFiles(files, uid)
  if (problems.length > 0) throw new ConfigError(problems)
  const holders = sources.filter(({ entries }) => entries.some((entry) => entryName(entry) === name))
  if (!holders.some(({ kind }) => kind === 'user')) {
    const [system] = holders
    if (system === undefined) throw new CommandFailure(`${name} is not trusted in ${files.user}`)
    throw new CommandFailure(`${name} is trusted in ${system.name}, which only an administrator can change`)
  }
  await updateTrustFile(files.user, uid, (entries) => entries.filter((entry) => entryName(entry) !== name))
  const rest = holders.some(({ kind }) => kind === 'system') ? `, but still trusted in ${files.system}` : ''
  return `${name} is removed${rest}.`
}

function requireName(name: string): void {
  try {
    requireEntryName(name)
  } catch (error) {
    throw new ConfigError([(error as Error).message])
  }
}
