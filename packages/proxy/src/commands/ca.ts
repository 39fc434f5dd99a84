import { dirname } from 'node:path'
import { type Command, Option } from 'commander'
import type { Env } from '../config/config.js'
import type { Terminal } from '../prompt/terminal.js'
import { type AuthorityPaths, authorityPaths } from '../tls/paths.js'
import { homeFolder, trustFiles } from '../trust/paths.js'
import { CommandFailure } from './failure.js'
import { parseTrustFlag, type TrustCommandContext } from './trust.js'

interface CommonFlags {
  readonly configDir?: string
  /** Of the program: what a proxy started with them would trust. */
  readonly trust?: readonly string[]
  readonly yes?: boolean
}

const HELP = `
The authority can speak for the hosts that you trust by https, for those of --host, and for what is below them. Programs that
trust it refuse its certificates for every other name, so what its key can be used for is limited to these hosts.
Exit codes: 0 done, 1 not done (declined, in no store, nothing installed), 64 the command line or a file cannot be used.`

/** Adds `ca install`, `uninstall`, `status`, `path` and `bundle`. What they do is loaded when they are run. */
export function addCaCommands(program: Command, context: TrustCommandContext): void {
  const ca = program
    .command('ca')
    .description('the local certificate authority, for logins on https: pages of services that you trust')
    .addHelpText('after', HELP)
  const add = (name: string, description: string, run: (command: Command) => Promise<void>) =>
    ca
      .command(name)
      .description(description)
      .addOption(new Option('--config-dir <folder>', 'the folder of trust.json (or IAM_AUTH_PROXY_CONFIG_DIR)'))
      .action((_flags, command: Command) => context.attempt(() => run(command)))
  add('install', 'make one where needed, and have browsers and the system trust it', (own) => install(own, context))
    .option('--host <domain>', 'also speak for this domain and what is below it (repeatable)', collect)
    .option('--yes', 'do not ask; what needs root is printed, not run')
  add('uninstall', 'take it out of all stores, and remove its files', (own) => uninstall(own, context)).option(
    '--yes',
    'do not ask; what needs root is printed, not run',
  )
  add('status', 'what it may speak for, until when, and who trusts it', (own) => status(own, context)).option(
    '--json',
    'as JSON',
  )
  add('path', 'print the path of its root certificate', (own) => path(own, context))
  add('bundle', 'write the system’s roots and this one into a file, and print its path', (own) =>
    bundle(own, context),
  ).option('--stdout', 'print the certificates instead')
}

async function install(command: Command, context: TrustCommandContext): Promise<void> {
  const flags = command.optsWithGlobals<CommonFlags & { host?: readonly string[] }>()
  const place = placeOf(flags, context.env)
  const [{ installCa }, { authorityEnvironment }, { openTerminal }, findStores] = await Promise.all([
    import('./ca-install.js'),
    import('../tls/environment.js'),
    import('../prompt/terminal.js'),
    loadStores(place, context.env),
  ])
  await installCa(flags, {
    ...place,
    trusted: await trustedNames(flags, place),
    now: Date.now,
    print: context.print,
    openTerminal,
    findStores,
    environment: () => authorityEnvironment(place.configFolder, context.env, place.uid),
  })
}

async function uninstall(command: Command, { env, print }: TrustCommandContext): Promise<void> {
  const flags = command.optsWithGlobals<CommonFlags>()
  const place = placeOf(flags, env)
  const [{ uninstallCa }, { openTerminal }, findStores] = await Promise.all([
    import('./ca-uninstall.js'),
    import('../prompt/terminal.js'),
    loadStores(place, env),
  ])
  // Nobody has to be asked, only root has: without a terminal that is left to whoever reads this.
  const terminal = flags.yes ? undefined : await openTerminal().catch(() => undefined)
  try {
    await uninstallCa({ ...place, stores: findStores(terminal), print })
  } finally {
    terminal?.close()
  }
}

async function status(command: Command, { env, print }: TrustCommandContext): Promise<void> {
  const flags = command.optsWithGlobals<CommonFlags & { json?: boolean }>()
  const place = placeOf(flags, env)
  const [{ showCaStatus }, findStores] = await Promise.all([import('./ca-status.js'), loadStores(place, env)])
  const stores = findStores(undefined)
  const deps = { ...place, stores, trusted: await trustedNames(flags, place), now: Date.now, print }
  await showCaStatus(deps, flags.json)
}

async function path(command: Command, { env, print }: TrustCommandContext): Promise<void> {
  const { configFolder, uid } = placeOf(command.optsWithGlobals<CommonFlags>(), env)
  print(`${(await requireInstalled(configFolder, uid)).root}\n`)
}

async function bundle(command: Command, { env, print }: TrustCommandContext): Promise<void> {
  const flags = command.optsWithGlobals<CommonFlags & { stdout?: boolean }>()
  const { configFolder, uid } = placeOf(flags, env)
  const { bundle: file } = await requireInstalled(configFolder, uid)
  const { authorityEnvironment } = await import('../tls/environment.js')
  await authorityEnvironment(configFolder, env, uid)
  if (!flags.stdout) return print(`${file}\n`)
  const { readFile } = await import('node:fs/promises')
  print(await readFile(file, 'utf8'))
}

async function requireInstalled(configFolder: string, uid: number | undefined): Promise<AuthorityPaths> {
  const { readAuthority } = await import('../tls/authority-file.js')
  if ((await readAuthority(configFolder, uid)) === undefined) {
    throw new CommandFailure('no certificate authority is installed. To make one: iam-auth-proxy ca install')
  }
  return authorityPaths(configFolder)
}

type Place = ReturnType<typeof placeOf>

function placeOf({ configDir }: CommonFlags, env: Env) {
  const { platform } = process
  const home = homeFolder()
  const files = trustFiles({ configDir, env, platform, home })
  return { platform, home, files, configFolder: dirname(files.user), uid: process.getuid?.() }
}

/** The names of all entries in force. */
async function trustedNames({ trust = [] }: CommonFlags, { files, uid }: Place): Promise<string[]> {
  const { readTrust } = await import('../trust/live.js')
  return readTrust({ flags: trust.map(parseTrustFlag), files, uid }).inForce.map(({ name }) => name)
}

async function loadStores(place: Place, env: Env) {
  const [{ findStores }, { createRun, askForRoot }] = await Promise.all([
    import('../tls/stores/stores.js'),
    import('./ca-programs.js'),
  ])
  return (terminal: Terminal | undefined) =>
    findStores({ ...place, env, run: createRun(env, place.platform), runAsRoot: terminal && askForRoot(terminal) })
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
