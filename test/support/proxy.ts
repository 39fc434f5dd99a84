import { fileURLToPath } from 'node:url'
import type { LocalAws } from 'iam-auth-local-aws'
import type { Keeper } from './cleanup.js'
import { type Running, run } from './process.js'

/** The command line of the proxy as it is built, in a process of its own. */
export interface TestProxy extends Running {
  readonly port: number
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Lines of its log (`--log-format json`) with this message. */
  log(message: string): Record<string, unknown>[]
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export const repositoryRoot = new URL('../../', import.meta.url)

const fileOf = (path: string) => fileURLToPath(new URL(path, repositoryRoot))
const endWithParent = ['--require', fileOf('test/support/end-with-parent.cjs')]
const builtEntry = [fileOf('packages/proxy/bin/iam-auth-proxy.cjs')]
const sourceEntry = ['--conditions=iam-auth-source', '--import', 'tsx', fileOf('test/support/proxy-entry.ts')]

/**
 * What is run to have `iam-auth-proxy`: Node, and the arguments before its own. What the tests' set-up has built, which starts in
 * a quarter of the time; the sources where they may have changed since, or are to be changed.
 */
export const proxyCommand: readonly [node: string, ...before: string[]] = [
  process.execPath,
  ...endWithParent,
  ...(process.env['BUILT_FOR_TESTS'] ? builtEntry : sourceEntry),
]

/** Nothing of the machine's own AWS configuration, nothing its user trusts, and no proxy of its own. */
export function cleanEnvironment(aws: LocalAws, credentials?: Credentials): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return {
    PATH,
    HOME,
    ...(TMPDIR && { TMPDIR }),
    LANG: 'C.UTF-8',
    // Nobody can make it: a test that writes there says its own.
    IAM_AUTH_PROXY_CONFIG_DIR: '/dev/null/nowhere',
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: aws.region,
    ...(credentials && {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    }),
  }
}

/** The long-lived keys of a user of the embedded AWS. */
export function keysOf(aws: LocalAws, user: string, accountId?: string): Credentials {
  const [key] = aws.state.user(user, accountId).accessKeys
  if (key === undefined) throw new TypeError(`${user} has no access key`)
  return key
}

/**
 * Starts the command line with these arguments and waits for nothing: for those that end by themselves. In a session of
 * its own, so that it has no terminal, whoever runs the tests.
 */
export function runProxy(args: readonly string[], env: NodeJS.ProcessEnv, keep: Keeper): Running {
  const [node, ...before] = proxyCommand
  const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const
  return run(node, [...before, ...args], { env, cwd: repositoryRoot, stdio: [...stdio], detached: true }, keep)
}

/** A proxy that listens on a port of its own and logs JSON. Without credentials it has alice's. */
export async function startProxy(
  aws: LocalAws,
  keep: Keeper,
  {
    args = ['--allow-loopback'],
    credentials = keysOf(aws, 'alice'),
    env = {},
  }: { args?: readonly string[]; credentials?: Credentials; env?: NodeJS.ProcessEnv } = {},
): Promise<TestProxy> {
  const all = ['--bind', '127.0.0.1:0', '--log-format', 'json', ...args]
  const running = runProxy(all, { ...cleanEnvironment(aws, credentials), ...env }, keep)
  const [, port] = await running.says(/"listening","address":"[^"]*:(\d+)"/, 30_000)
  return {
    ...running,
    port: Number(port),
    url: `http://127.0.0.1:${port}`,
    log: (message) =>
      running
        .stderr()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((line) => line['message'] === message),
  }
}
