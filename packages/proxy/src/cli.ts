import { Command } from 'commander'
import { addCaCommands } from './commands/ca.js'
import { CommandFailure } from './commands/failure.js'
import { addGatewayCommand } from './commands/gateway.js'
import { addLookCommands } from './commands/look.js'
import { printable } from './commands/printable.js'
import { addListenerOptions, addProxyOptions } from './commands/proxy-options.js'
import { addRunCommands } from './commands/run.js'
import { addTrustCommands } from './commands/trust.js'
import { ConfigError, type ProxyConfig, type ProxyFlags } from './config/config.js'
import { formatHostPort } from './config/host-port.js'
import { formatConfig } from './config/print.js'
import { resolveConfig } from './config/resolve.js'
import { readSecretFile } from './config/secret-file.js'
import { startWarnings } from './config/warnings.js'
import { createLog } from './log.js'
import { type RunningProxy, startProxy } from './main.js'
import { hideArguments, keepMemoryOutOfCoreFiles } from './private-process.js'
import { stopWhenTold } from './stop-when-told.js'
import { readVersion } from './version.js'

/** Exit codes: sysexits' EX_USAGE for a command line or configuration that cannot be used, 1 for everything else. */
const EXIT_USAGE = 64
const EXIT_FAILURE = 1

/** The command `iam-auth-proxy`: the only place that reads argv and the environment, prints, and sets the exit code. */
export async function run(): Promise<void> {
  keepMemoryOutOfCoreFiles()
  hideArguments(process.argv.slice(2))
  const env = process.env
  // Whoever runs this cannot act on the SDK's notice about Node versions; `engines` and the changelog say what we support.
  env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const command = createCommand(readVersion())
  command.action((flags: ProxyFlags & { printConfig?: boolean }) =>
    attempt('iam-auth-proxy cannot start', async () => {
      const config = resolveConfig(flags, env, readSecretFile)
      if (flags.printConfig) process.stdout.write(`${formatConfig(config)}\n`)
      else await serve(config, startWarnings(config, env))
    }),
  )
  const print = (text: string) => void process.stdout.write(text)
  const context = { env, print, attempt: (task: () => Promise<void>) => attempt('iam-auth-proxy', task) }
  addTrustCommands(command, context)
  addRunCommands(command, context)
  addGatewayCommand(command, context)
  addLookCommands(command, {
    ...context,
    serve: (flags) => {
      const config = resolveConfig({ logLevel: 'warn', ...flags }, env, readSecretFile)
      return serve(config, startWarnings(config, env))
    },
  })
  addCaCommands(command, context)
  await command.parseAsync()
}

async function attempt(what: string, task: () => Promise<void>): Promise<void> {
  try {
    await task()
  } catch (error) {
    process.exitCode = report(what, error)
  }
}

function createCommand(version: string): Command {
  const command = new Command('iam-auth-proxy')
    .enablePositionalOptions()
    .description('A local proxy that logs you in to internal services with your AWS credentials.')
    .version(version, '-v, --version')
    .option('--print-config', 'print the configuration in force and exit')
    .configureOutput({ outputError: (text, write) => write(`${text}Try: iam-auth-proxy --help\n`) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE))
  return addProxyOptions(addListenerOptions(command))
}

async function serve(config: ProxyConfig, warnings: readonly string[]): Promise<RunningProxy> {
  const write = (line: string) => void process.stderr.write(line)
  const log = createLog({ format: config.logFormat, level: config.logLevel, write, now: Date.now })
  const proxy = await startProxy(config, log, undefined, process.env)
  // Before anybody hears that we listen: a script may stop us the moment it does.
  stopWhenTold(proxy.close, process.env)
  const address = formatHostPort(proxy.address)
  // First of all lines: scripts look for it, and a warning may hold another address.
  if (config.logFormat === 'json') log.info({ address, url: `http://${address}` }, 'listening')
  else write(`iam-auth-proxy listening on http://${address}\n`)
  for (const warning of warnings) log.warn({}, warning)
  return proxy
}

function report(what: string, error: unknown): number {
  const say = (text: string) => void process.stderr.write(`${what}:${printable(text)}\n`)
  if (error instanceof ConfigError) {
    say(error.problems.map((line) => `\n  ${line}`).join(''))
    return EXIT_USAGE
  }
  if (error instanceof CommandFailure) {
    say(` ${error.message.replaceAll('\n', '\n  ')}`)
    return EXIT_FAILURE
  }
  const { code, message, syscall, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  const where = address === undefined ? '' : ` ${formatHostPort({ host: address, port: port ?? 0 })}`
  const hints: Readonly<Record<string, string>> = {
    EADDRINUSE: `the address${where} is in use: stop what listens there, or choose another with --bind`,
    EACCES: `this user may not listen on${where}: choose a port above 1023 with --bind`,
    EADDRNOTAVAIL: `this machine has no address${where}: choose another with --bind`,
  }
  say(` ${(syscall === 'listen' && hints[code ?? '']) || message}`)
  return EXIT_FAILURE
}
