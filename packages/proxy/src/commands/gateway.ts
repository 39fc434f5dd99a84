import type { Command } from 'commander'
import type { Env } from '../config/config.js'
import { addProxyOptions, flagsOf } from './proxy-options.js'

/** What the command needs of the command line around it. */
interface GatewayCommandContext {
  readonly env: Env
  /** Runs a task; what it rejects with becomes words and an exit code. */
  readonly attempt: (task: () => Promise<void>) => Promise<void>
}

const HELP = `
Each site gets an address of this machine, which is printed at the start: nothing is installed, and no browser setting is
changed. Its name is the first part of the host; write URL=name for another. It stops with Ctrl-C.

Example: iam-auth-proxy gateway --profile dev https://wiki.example.com https://grafana.example.com=graphs`

/** Adds `gateway`. What it does is loaded when it is run. */
export function addGatewayCommand(program: Command, { env, attempt }: GatewayCommandContext): void {
  const command = program
    .command('gateway')
    .description('https services at http addresses of this machine, logged in: gateway URL…')
    .argument('<urls...>', 'https://wiki.example.com, or https://wiki.example.com=name')
    .option('--listen <host:port>', 'port of 127.0.0.1 and [::1] (default: 8443; :0 picks one)')
    .option('--name <name>', 'name of the one site: http://NAME.localhost:PORT')
    .addHelpText('after', HELP)
    .action((urls: string[], own: { listen?: string; name?: string }, cmd: Command) =>
      attempt(async () => {
        const { runGateway } = await import('../gateway/run.js')
        await runGateway(urls, { ...flagsOf(cmd), ...own }, env)
      }),
    )
  addProxyOptions(command)
}
