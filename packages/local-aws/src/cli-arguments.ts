import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type CliCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'start'
      readonly port: number
      readonly region?: string
      readonly account?: string
      readonly seedFile?: string
    }

/** A command line that can't be followed: every problem, one a line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What `--help` prints. */
export const helpText = `Usage: iam-auth-local-aws [options]

Starts STS, KMS and IAM in memory, on 127.0.0.1. Prints one line of JSON on stdout:
{"endpoint","region","account","kmsKeyArn","accessKeyId","secretAccessKey","userArn"}
and runs until SIGTERM or SIGINT.

Options:
  --port <number>    where to listen (default: 0, a free port)
  --region <region>  where keys live (default: us-east-1)
  --account <id>     the default account, twelve digits (default: 123456789012)
  --seed <file>      a JSON file that says what exists: see the README
  --version          print the version
  --help             print this
`

/** Reads the command line. Throws `UsageError`. */
export function parseCliArguments(args: readonly string[]): CliCommand {
  const values = parseValues(args)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const problems: string[] = []
  const port = Number(values.port ?? 0)
  if (!/^\d{1,5}$/.test(values.port ?? '0') || port > 65_535) problems.push('--port must be a number from 0 to 65535')
  if (values.region !== undefined && !/^[a-z]{2,}(-[a-z]+)+-\d$/.test(values.region))
    problems.push('--region must be a region such as eu-west-1')
  if (values.account !== undefined && !/^\d{12}$/.test(values.account)) problems.push('--account must be twelve digits')
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  return {
    kind: 'start',
    port,
    ...(values.region !== undefined && { region: values.region }),
    ...(values.account !== undefined && { account: values.account }),
    ...(values.seed !== undefined && { seedFile: values.seed }),
  }
}

function parseValues(args: readonly string[]) {
  try {
    const options = {
      port: { type: 'string' },
      region: { type: 'string' },
      account: { type: 'string' },
      seed: { type: 'string' },
      version: { type: 'boolean', short: 'v' },
      help: { type: 'boolean', short: 'h' },
    } as const
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
