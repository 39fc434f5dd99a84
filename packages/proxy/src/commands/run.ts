import { Command } from 'commander'
import { ConfigError, type Env, type ProxyFlags } from '../config/config.js'
import { addListenerOptions, addProxyOptions, flagsOf } from './proxy-options.js'

/** What the commands need of the command line around them. */
interface RunCommandContext {
  readonly env: Env
  readonly print: (text: string) => void
  /** Runs a task; what it rejects with becomes words and an exit code. */
  readonly attempt: (task: () => Promise<void>) => Promise<void>
}

/** What env(1), timeout(1) and their like end with where they fail themselves, so that nobody takes it for the command's. */
const EXIT_OWN_FAILURE = 125

const EXEC_HELP = `
Ends as the command ends: with its exit code, or by the signal that ended it. 125: this program failed before,
126: the command cannot be run, 127: there is no such command.

Example: iam-auth-proxy exec --profile dev -- git clone http://git.internal/wiki.git`

const CURL_HELP = `
All arguments are curl's own; options of this program stand before the word curl.

Example: iam-auth-proxy --profile dev curl -sS http://wiki.internal/`

const ENV_HELP = `
With the options that the proxy runs with. In a shell:  eval "$(iam-auth-proxy env)"
and back to what was before:                            eval "$(iam-auth-proxy env --unset)"
In fish: iam-auth-proxy env | source`

/** Adds `exec`, `curl` and `env`. What they do is loaded when they are run. */
export function addRunCommands(program: Command, context: RunCommandContext): void {
  const exec = program
    .command('exec')
    .description('run a command behind a private proxy of its own, which logs it in: exec [options] -- CMD ARGS…')
    .argument('<command>', 'the command')
    .argument('[args...]', 'its arguments')
    .passThroughOptions()
    .addHelpText('after', EXEC_HELP)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_OWN_FAILURE))
    .action((file: string, args: string[], _flags, command: Command) =>
      runIt({ file, args, hints: {} }, flagsOf(command), context),
    )
  addProxyOptions(exec)
  const curl = new RawCommand('curl')
    .description('curl, logged in: all arguments are curl’s own')
    .argument('[args...]', 'what curl is given')
    .addHelpText('after', CURL_HELP)
    .action((args: string[], _flags, command: Command) =>
      runIt({ file: 'curl', args, hints: { ENOENT: NO_CURL } }, flagsOf(command), context),
    )
  program.addCommand(curl)
  addEnvCommand(program, context)
}

function addEnvCommand(program: Command, { env, print, attempt }: RunCommandContext): void {
  const command = program
    .command('env')
    .description('print what makes the programs of a shell use a proxy that is running')
    .option('--shell <name>', 'sh (also bash, zsh), fish or powershell (default: by SHELL)')
    .option('--unset', 'print what undoes it')
    .addHelpText('after', ENV_HELP)
    .action((own: { shell?: string; unset?: boolean }, cmd: Command) =>
      attempt(async () => {
        const { printEnvironment } = await import('../exec/print-environment.js')
        await printEnvironment({ ...flagsOf(cmd), ...own }, env, print)
      }),
    )
  addProxyOptions(addListenerOptions(command))
}

const NO_CURL =
  'install it (apt install curl, dnf install curl, brew install curl), or run another client with iam-auth-proxy exec'

/** A command that knows no options: whatever follows its name is an argument, `--` and `--help` too. */
class RawCommand extends Command {
  override parseOptions(args: readonly string[]): { operands: string[]; unknown: string[] } {
    return { operands: [...args], unknown: [] }
  }
}

/** A command line, and what to say where the system cannot start it. */
interface Wanted {
  readonly file: string
  readonly args: readonly string[]
  readonly hints: Readonly<Record<string, string>>
}

async function runIt(wanted: Wanted, flags: ProxyFlags, { env, attempt }: RunCommandContext): Promise<void> {
  // The command may hide a password among its arguments, as curl does; ours would go on showing it.
  process.title = 'iam-auth-proxy'
  await attempt(async () => {
    requireNoListener(flags)
    const { execBehindProxy } = await import('../exec/exec.js')
    await execBehindProxy(wanted, flags, env)
  })
  process.exitCode = EXIT_OWN_FAILURE
}

function requireNoListener({ bind, proxyAuthFile }: ProxyFlags): void {
  if (bind === undefined && proxyAuthFile === undefined) return
  throw new ConfigError(['--bind, --proxy-auth-file: the private proxy of a command chooses its own port and password'])
}
