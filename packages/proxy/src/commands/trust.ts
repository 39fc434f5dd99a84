import type { Command } from 'commander'
import { ConfigError, type Env, type HostPort } from '../config/config.js'
import { readSecretFile } from '../config/secret-file.js'
import type { TrustEntry } from '../trust/entry.js'
import { parseTrustEntry } from '../trust/entry.js'
import { homeFolder, type TrustFiles, trustFiles } from '../trust/paths.js'
import type { TrustAddFlags } from './trust-add.js'

/** What the commands need of the command line around them. */
export interface TrustCommandContext {
  readonly env: Env
  readonly print: (text: string) => void
  /** Runs a command; what it rejects with becomes words and an exit code. */
  readonly attempt: (task: () => Promise<void>) => Promise<void>
}

interface CommonFlags {
  readonly configDir?: string
  /** Of the program: what a proxy started with them would trust. */
  readonly trust?: readonly string[]
  readonly socksProxy?: string
  readonly upstreamProxy?: readonly string[]
  readonly upstreamProxyFile?: string
}

const HELP = `
A running proxy takes changes at once. Exit codes: 0 done, 1 not done (declined, no answer, another key is pinned,
nothing to remove), 64 the command line or a trust file cannot be used.`

/** Adds `trust add`, `trust list` and `trust remove`. What they do is loaded when they are run. */
export function addTrustCommands(program: Command, context: TrustCommandContext): void {
  const trust = program
    .command('trust')
    .description('what services may ask for beyond the default, and which key they have')
    .addHelpText('after', HELP)
  trust
    .command('add <origin>')
    .description(
      'trust an origin (https://wiki.example.com), or for version 2 all below a name (https://*.corp.example.com)',
    )
    .option('--key <arn>', 'the full ARN of its KMS key; without it the service is asked, and you are')
    .option('--key-account <account>', 'for a name with *: the only account whose keys are taken')
    .option('--protocol <version>', '1: allow version 1, which hands it live AWS credentials of yours')
    .option('--plain-http', 'allow logins that need it over unencrypted http')
    .option('--path <path>', 'the page that is asked for a challenge (default: /)')
    .option('--socks-proxy <host:port>', 'ask the service through this SOCKS5 proxy')
    .option('--upstream-proxy <[hosts=]url>', 'ask it through this proxy', (url: string, before: string[] = []) => [
      ...before,
      url,
    ])
    .option('--upstream-proxy-file <file>', 'the same, with its password in a file')
    .option('--yes', 'do not ask; needs --key, or --key-account')
    .option('--config-dir <folder>', 'the folder of trust.json (or IAM_AUTH_PROXY_CONFIG_DIR)')
    .action((name: string, _flags, command: Command) => context.attempt(() => add(name, command, context)))
  trust
    .command('list')
    .description('what is trusted, by which file, and what is in force')
    .option('--json', 'as JSON')
    .option('--config-dir <folder>', 'the folder of trust.json (or IAM_AUTH_PROXY_CONFIG_DIR)')
    .action((_flags, command: Command) => context.attempt(() => list(command, context)))
  trust
    .command('remove <origin>')
    .description('take an origin, or a name with *, out of your own file')
    .option('--config-dir <folder>', 'the folder of trust.json (or IAM_AUTH_PROXY_CONFIG_DIR)')
    .action((name: string, _flags, command: Command) => context.attempt(() => remove(name, command, context)))
}

/** This command listens nowhere, so every proxy is another. */
const NOWHERE: HostPort = { host: '127.0.0.1', port: 0 }

async function add(name: string, command: Command, { env, print }: TrustCommandContext): Promise<void> {
  const flags = command.optsWithGlobals<TrustAddFlags & CommonFlags>()
  const [{ addTrust }, { createOfferFetch }, { openTerminal }] = await Promise.all([
    import('./trust-add.js'),
    import('./offer.js'),
    import('../prompt/terminal.js'),
  ])
  const deps = {
    ...whose(flags, env),
    now: Date.now,
    openTerminal,
    fetchOffer: createOfferFetch({ flags, env, readFile: readSecretFile, bind: NOWHERE }),
  }
  print(`${await addTrust(name, flags, deps)}\n`)
}

async function list(command: Command, { env, print }: TrustCommandContext): Promise<void> {
  const { trust = [], json = false, ...flags } = command.optsWithGlobals<CommonFlags & { json?: boolean }>()
  const { listTrust } = await import('./trust-list.js')
  const { text, problems } = listTrust({ flags: trust.map(parseTrustFlag), ...whose(flags, env) }, json)
  print(text)
  if (problems.length > 0) throw new ConfigError(problems)
}

async function remove(name: string, command: Command, { env, print }: TrustCommandContext): Promise<void> {
  const { files, uid } = whose(command.optsWithGlobals<CommonFlags>(), env)
  const { removeTrust } = await import('./trust-remove.js')
  print(`${await removeTrust(name, files, uid)}\n`)
}

function whose({ configDir }: CommonFlags, env: Env): { files: TrustFiles; uid: number | undefined } {
  const { platform } = process
  return { files: trustFiles({ configDir, env, platform, home: homeFolder() }), uid: process.getuid?.() }
}

/** A `--trust` value of the program. @throws ConfigError */
export function parseTrustFlag(text: string): TrustEntry {
  try {
    return parseTrustEntry(text)
  } catch (error) {
    throw new ConfigError([`--trust: ${(error as Error).message}`])
  }
}
