import { ConfigError } from '../config/config.js'
import { NoTerminalError, type Terminal } from '../prompt/terminal.js'
import { entryName, type OriginTrust, requireTrustEntry, type TrustEntry } from '../trust/entry.js'
import { describeKeyChange } from '../trust/key-change.js'
import { readTrust } from '../trust/live.js'
import { mergeTrust, pinOf, type Trust } from '../trust/merge.js'
import type { TrustFiles } from '../trust/paths.js'
import { updateTrustFile } from '../trust/store.js'
import { describeWish, requireTrustable } from './consent.js'
import { CommandFailure } from './failure.js'
import type { Offer } from './offer.js'

/** The command line as it was typed. */
export interface TrustAddFlags {
  readonly key?: string
  readonly keyAccount?: string
  readonly protocol?: string
  readonly plainHttp?: boolean
  readonly path?: string
  readonly yes?: boolean
}

/** What the command needs from outside. */
export interface TrustAddDeps {
  readonly files: TrustFiles
  /** `process.getuid()`, undefined on Windows. */
  readonly uid: number | undefined
  /** ms since 1970 */
  readonly now: () => number
  readonly openTerminal: () => Promise<Terminal>
  readonly fetchOffer: (origin: string, path: string) => Promise<Offer>
}

/**
 * `trust add`: shows what is about to be trusted, asks, and writes it down. Gives the line that says what was done.
 * Rejects with ConfigError for what nobody can ask for, with CommandFailure for what was not done.
 */
export async function addTrust(name: string, flags: TrustAddFlags, deps: TrustAddDeps): Promise<string> {
  const given = requireGiven(name, flags)
  const before = readTrust({ flags: [], ...deps }).inForce.find((trust) => trust.name === name)
  const terminal = flags.yes ? undefined : await openTerminal(given, deps)
  try {
    const offer = pinOf(given) === undefined ? await deps.fetchOffer(name, flags.path ?? '/') : undefined
    const entry = offer === undefined ? given : requireTrustable(given as OriginTrust, offer)
    requireSamePin(entry, before)
    if (before !== undefined && addsNothing(entry, before)) return `${name} is trusted already.`
    if (terminal !== undefined) await requireYes(terminal, describeWish(entry, offer))
    await write(entry, deps)
    return `${name} is trusted: ${deps.files.user}`
  } finally {
    terminal?.close()
  }
}

function requireGiven(name: string, { key, keyAccount, protocol, plainHttp, yes }: TrustAddFlags): TrustEntry {
  const entry = requireEntry({ name, key, keyAccount, protocol, plainHttp })
  if (yes && pinOf(entry) === undefined) {
    throw new ConfigError(['--yes needs --key <ARN>, from the owners of the service: nobody would see which key it is'])
  }
  return entry
}

function requireEntry(written: Parameters<typeof requireTrustEntry>[0]): TrustEntry {
  try {
    return requireTrustEntry(written)
  } catch (error) {
    throw new ConfigError([(error as Error).message])
  }
}

async function openTerminal(entry: TrustEntry, deps: TrustAddDeps): Promise<Terminal> {
  try {
    return await deps.openTerminal()
  } catch (cause) {
    if (!(cause instanceof NoTerminalError)) throw cause
    const how = 'suffix' in entry ? '--yes' : '--yes together with --key <ARN>'
    throw new CommandFailure(`there is no terminal to ask on: pass ${how} if you know that this is right`, { cause })
  }
}

/** A pin that changes is never a question. */
function requireSamePin(entry: TrustEntry, before: Trust | undefined): void {
  const named = pinOf(entry)
  if (before?.pin === undefined || named === undefined || named === before.pin.value) return
  const { message, hint } = describeKeyChange(entryName(entry), before.pin, named)
  throw new CommandFailure(`${message}\n${hint}`)
}

function addsNothing(entry: TrustEntry, before: Trust): boolean {
  const named = pinOf(entry)
  if (named !== undefined && named !== before.pin?.value) return false
  if ('suffix' in entry) return true
  return before.allowsVersion1 >= entry.allowsVersion1 && before.allowsPlainHttp >= entry.allowsPlainHttp
}

async function requireYes(terminal: Terminal, wish: string): Promise<void> {
  terminal.write(wish)
  const answer = await terminal.ask('Trust it? [y/N] ')
  if (!/^y(?:es)?$/i.test(answer)) throw new CommandFailure('nothing was changed')
}

/** The file may have changed while somebody thought about it, so its pins are looked at once more. */
async function write(entry: TrustEntry, { files, uid, now }: TrustAddDeps): Promise<void> {
  const name = entryName(entry)
  await updateTrustFile(files.user, uid, (entries) => {
    const { inForce } = mergeTrust([{ kind: 'user', name: files.user, entries }])
    requireSamePin(
      entry,
      inForce.find((trust) => trust.name === name),
    )
    const old = entries.find((other) => entryName(other) === name)
    const addedAt = new Date(now()).toISOString()
    if (old === undefined) return [...entries, { ...entry, addedAt }]
    return entries.map((other) => (other === old ? { ...combine(old, entry), addedAt } : other))
  })
}

/** Adding takes nothing away. */
function combine(old: TrustEntry, entry: TrustEntry): TrustEntry {
  if ('suffix' in entry || 'suffix' in old) return entry
  return {
    origin: entry.origin,
    key: entry.key ?? old.key,
    allowsVersion1: entry.allowsVersion1 || old.allowsVersion1,
    allowsPlainHttp: entry.allowsPlainHttp || old.allowsPlainHttp,
  }
}
