import { readFile } from 'node:fs/promises'
import { type CliCommand, helpText, parseCliArguments, UsageError } from './cli-arguments.js'
import { checkSeed } from './seed/check-seed.js'
import type { Seed } from './seed/seed.js'
import { type LocalAws, startLocalAws } from './start-local-aws.js'

/**
 * The command `iam-auth-local-aws`: sets `process.exitCode` to 2 for a command line it can't follow and 1 for anything else that
 * fails. Resolves once it listens; SIGTERM and SIGINT close it.
 */
export async function run(args: readonly string[] = process.argv.slice(2)): Promise<void> {
  try {
    await follow(parseCliArguments(args))
  } catch (error) {
    const isUsage = error instanceof UsageError
    process.stderr.write(`iam-auth-local-aws: ${describe(error)}\n${isUsage ? 'Try --help.\n' : ''}`)
    process.exitCode = isUsage ? 2 : 1
  }
}

async function follow(command: CliCommand): Promise<void> {
  if (command.kind === 'help') {
    process.stdout.write(helpText)
    return
  }
  if (command.kind === 'version') {
    process.stdout.write(`${await readVersion()}\n`)
    return
  }
  const { seedFile, kind: _kind, ...options } = command
  const aws = await startLocalAws({ ...options, ...(seedFile && { seed: await readSeed(seedFile) }) })
  const close = () => void aws.close()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, close)
  if (process.env['npm_command'] === 'exec') onLauncherGone(close)
  process.stdout.write(`${JSON.stringify(summarize(aws))}\n`)
}

// `npx` passes a signal on to its shell only, and the shell (dash) dies without passing it further: the server would stay.
function onLauncherGone(close: () => void): void {
  const launcher = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === launcher) return
    clearInterval(timer)
    close()
  }, 200)
  timer.unref()
}

async function readVersion(): Promise<string> {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

async function readSeed(file: string): Promise<Seed> {
  const text = await readFile(file, 'utf8')
  try {
    return checkSeed(JSON.parse(text))
  } catch (error) {
    throw new Error(`the seed ${file} is not usable:\n${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** The line that scripts read. A field whose thing the seed has none of is null. */
function summarize({ endpoint, region, state }: LocalAws): Record<string, string | null> {
  const account = state.account()
  const user = [...account.users.values()][0]
  const accessKey = user?.accessKeys[0]
  return {
    endpoint,
    region,
    account: account.id,
    kmsKeyArn: account.keys[0]?.arn ?? null,
    accessKeyId: accessKey?.accessKeyId ?? null,
    secretAccessKey: accessKey?.secretAccessKey ?? null,
    userArn: user?.arn ?? null,
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, port, path } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE') return `port ${port} is in use on 127.0.0.1; name another with --port (0 picks a free one)`
  if (code === 'EACCES' && port !== undefined) return `port ${port} needs privileges; name another with --port`
  if (code === 'ENOENT') return `there is no file ${path}`
  return error.message
}
