import type { Command } from 'commander'
import type { OpenDeps, OpenFlags } from '../browser/open.js'
import type { Env } from '../config/config.js'
import { addProxyOptions, flagsOf } from './proxy-options.js'
import type { RunningProxyFlags } from './running-proxy.js'

/** What the commands need of the command line around them. */
interface LookCommandContext {
  readonly env: Env
  readonly print: (text: string) => void
  /** Runs a task; what it rejects with becomes words and an exit code. */
  readonly attempt: (task: () => Promise<void>) => Promise<void>
  /** Starts a proxy in this process, for as long as it is needed. */
  readonly serve: OpenDeps['serve']
}

const STATUS_HELP = `
The same as the page that the proxy shows in a browser at its own address. Nobody is asked for it.
Exit codes: 0 a proxy runs, 1 none does (or it does not answer us), 64 the command line cannot be used.`

const OPEN_HELP = `
The browser has a profile of its own, so your usual one stays as it is, and everything in its window goes through the
proxy. Where no proxy runs, one is started with the options given, and ends when you close the browser.
What follows -- is for the browser.

Example: iam-auth-proxy open --profile dev http://wiki.internal`

/** Adds `status` and `open`. What they do is loaded when they are run. */
export function addLookCommands(program: Command, context: LookCommandContext): void {
  addStatus(program, context)
  addOpen(program, context)
}

function addOpen(program: Command, { env, print, attempt, serve }: LookCommandContext): void {
  const open = program
    .command('open')
    .description('open a website in a browser window that goes through the proxy')
    .argument('<url>', 'http://wiki.internal')
    .argument('[browser-args...]', 'arguments for the browser, after --')
    .option('--browser <name>', 'chromium, chrome, brave, edge, firefox, or a path (default: the first there is)')
    .option('--proxy <host:port>', 'the proxy that runs there (default: 127.0.0.1:8080, or a new one)')
    .option('--proxy-auth-file <file>', 'its user:password (or IAM_AUTH_PROXY_AUTH)')
    .addHelpText('after', OPEN_HELP)
    .action((url: string, more: string[], _flags, command: Command) =>
      attempt(async () => {
        const { openBrowser } = await import('../browser/open.js')
        await openBrowser(url, flagsOf(command) as OpenFlags, more, { env, print, serve })
      }),
    )
  addProxyOptions(open)
}

function addStatus(program: Command, { env, print, attempt }: LookCommandContext): void {
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
