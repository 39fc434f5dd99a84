import { NoTerminalError, type Terminal } from '../prompt/terminal.js'
import { type Authority, createAuthority } from '../tls/authority.js'
import { writeAuthority } from '../tls/authority-file.js'
import { authorityPaths } from '../tls/paths.js'
import type { Root, TrustStore } from '../tls/stores/store.js'
import { describeRoot } from '../tls/stores/stores.js'
import { type CaInstallFlags, type CaPlanDeps, makePlan, type Plan } from './ca-plan.js'
import {
  formatDate,
  formatEnvironment,
  formatNames,
  formatResults,
  formatStores,
  type StoreResult,
} from './ca-words.js'
import { CommandFailure } from './failure.js'

/** What `ca install` needs from outside. */
export interface CaInstallDeps extends CaPlanDeps {
  readonly platform: NodeJS.Platform
  readonly print: (text: string) => void
  readonly openTerminal: () => Promise<Terminal>
  /** @param terminal where questions about `sudo` may be asked; undefined with `--yes` */
  readonly findStores: (terminal: Terminal | undefined) => readonly TrustStore[]
  readonly environment: () => Promise<Readonly<Record<string, string>>>
}

const NEW_HOSTS = `A host beyond these names needs ca install again: that makes a new authority and takes this one away.\n`

/**
 * `ca install`: makes an authority that covers the hosts wanted, or keeps the one that does, and puts its root into every
 * store of this user. Rejects with ConfigError for names that no authority can have, with CommandFailure for what was not done.
 */
export async function installCa(flags: CaInstallFlags, deps: CaInstallDeps): Promise<void> {
  const plan = await makePlan(flags, deps)
  const terminal = flags.yes ? undefined : await openTerminal(deps)
  try {
    const stores = deps.findStores(terminal)
    if (plan.kept !== undefined && (await areInstalled(stores, plan.previous))) {
      deps.print(`Nothing to do: ${alreadyInstalled(plan.kept, stores)}`)
      return
    }
    if (terminal !== undefined) await requireYes(terminal, describePlan(plan, stores, deps))
    const authority = plan.kept ?? (await make(plan, deps))
    const root = describeRoot(authority.rootPem, authorityPaths(deps.configFolder).root)
    const results: StoreResult[] = []
    for (const store of stores) results.push({ store, outcome: await installInto(store, root, plan.previous) })
    deps.print(describeResults(authority, results, plan, await deps.environment(), deps))
    requireOneInstalled(results)
  } finally {
    terminal?.close()
  }
}

async function openTerminal(deps: CaInstallDeps): Promise<Terminal> {
  try {
    return await deps.openTerminal()
  } catch (cause) {
    if (!(cause instanceof NoTerminalError)) throw cause
    throw new CommandFailure('there is no terminal to ask on: pass --yes if you want it installed', { cause })
  }
}

async function areInstalled(stores: readonly TrustStore[], root: Root | undefined): Promise<boolean> {
  for (const store of stores) if ((await store.look(root)) !== 'installed') return false
  return stores.length > 0
}

async function requireYes(terminal: Terminal, plan: string): Promise<void> {
  terminal.write(plan)
  const answer = await terminal.ask('Install it? [y/N] ')
  if (!/^y(?:es)?$/i.test(answer)) throw new CommandFailure('nothing was changed')
}

async function make({ names }: Plan, { configFolder, uid, now }: CaInstallDeps): Promise<Authority> {
  return writeAuthority(configFolder, await createAuthority(names, now()), uid)
}

async function installInto(store: TrustStore, root: Root, previous: Root | undefined) {
  if ((await store.look(root)) === 'installed') return { kind: 'unchanged' } as const
  return store.install(root, previous)
}

function requireOneInstalled(results: readonly StoreResult[]): void {
  if (results.some(({ outcome }) => outcome.kind !== 'failed')) return
  throw new CommandFailure('no store has it, so browsers do not trust it: see above')
}

function describePlan(
  { kept, previous, why, names, leftOut }: Plan,
  stores: readonly TrustStore[],
  deps: CaInstallDeps,
) {
  const { folder } = authorityPaths(deps.configFolder)
  const replaces = previous === undefined ? '' : ', and the old one is taken away'
  return [
    kept === undefined ? 'A new certificate authority is made' : 'The certificate authority that you have is installed',
    why === undefined ? '' : ` (${why}${replaces})`,
    '. It can speak for these hosts and those below them:\n\n',
    ...names.map((name) => `  ${name}\n`),
    '\nand for no others: what trusts it refuses its certificates for any other name, and for every IP address.\n',
    `Its key is in ${folder}, for you alone. Who steals it can pretend to you to be one of these hosts.\n`,
    NEW_HOSTS,
    ...leftOut.map((line) => `\n${line}\n`),
    '\nThese are told to trust it:\n\n',
    formatStores(stores),
    '\n',
  ].join('')
}

function describeResults(
  authority: Authority,
  results: readonly StoreResult[],
  { leftOut }: Plan,
  variables: Readonly<Record<string, string>>,
  { configFolder, platform }: CaInstallDeps,
): string {
  return [
    `A certificate authority for ${formatNames(authority.permitted)}, valid until ${formatDate(authority.expiresAt)}:\n\n`,
    formatResults(results, { done: 'installed', unchanged: 'was there', failed: 'NOT DONE' }),
    ...leftOut.map((line) => `\n${line}\n`),
    `\n${NEW_HOSTS}Browsers that run see it after a restart.\n\n`,
    formatEnvironment(variables, authorityPaths(configFolder).root, platform),
  ].join('')
}

function alreadyInstalled({ permitted, expiresAt }: Authority, stores: readonly TrustStore[]): string {
  const who = `the authority for ${formatNames(permitted)} is valid until ${formatDate(expiresAt)}`
  return `${who} and installed in ${stores.length === 1 ? 'the one store' : `all ${stores.length} stores`} of this user.\n`
}
