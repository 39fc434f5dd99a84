import type { Command } from 'commander'
import type { Env } from '../config/config.js'
import type { RunningProxyFlags } from './running-proxy.js'

/** What the commands need of the command line around them. */
interface LookCommandContext {
  readonly env: Env
  readonly print: (text: string) => void
  /** Runs a task; what it rejects with becomes words and an exit code. */
  readonly attempt: (task: () => Promise<void>) => Promise<void>
}

const STATUS_HELP = `
The same as the page that the proxy shows in a browser at its own address. Nobody is asked for it.
Exit codes: 0 a proxy runs, 1 none does (or it does not answer us), 64 the command line cannot be used.`

/** Adds `status`. What it does is loaded when it is run. */
export function addLookCommands(program: Command, { env, print, attempt }: LookCommandContext): void {
  program
    .command('status')
    .description('what the running proxy is doing: who you are, services, logins, and what went wrong')
    .option('--proxy <host:port>', 'where it listens (default: 127.0.0.1:8080)')
    .option('--proxy-auth-file <file>', 'its user:password (or IAM_AUTH_PROXY_AUTH)')
    .option('--json', 'as JSON')
    .addHelpText('after', STATUS_HELP)
    .action((_flags, command: Command) =>
      attempt(async () => {
        const flags = command.optsWithGlobals<RunningProxyFlags & { json?: boolean }>()
        const [{ askStatus, findRunningProxy }, { formatStatus }] = await Promise.all([
          import('./running-proxy.js'),
          import('./format-status.js'),
        ])
        const status = await askStatus(findRunningProxy(flags, env))
        print(flags.json ? `${JSON.stringify(status, undefined, 2)}\n` : formatStatus(status))
      }),
    )
}
