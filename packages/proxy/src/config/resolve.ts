import { partitionOfRegion } from 'iam-auth-protocol'
import type { CredentialChoice } from '../credentials/choose.js'
import { Secret } from '../secret.js'
import { entryName, parseTrustEntry, type TrustEntry } from '../trust/entry.js'
import { homeFolder, trustFiles } from '../trust/paths.js'
import type { Route } from '../upstream/routes.js'
import { ConfigError, type Env, type HostPort, type ProxyConfig, type ProxyFlags } from './config.js'
import { isLoopbackHost, parseHostPort } from './host-port.js'
import { parseSocksProxy } from './socks-proxy.js'
import { readUpstreamCa } from './upstream-ca.js'
import { readRoutes } from './upstream-proxy.js'

/** Where a proxy listens, and is looked for. */
export const DEFAULT_BIND: HostPort = { host: '127.0.0.1', port: 8080 }
/** The region of STS where nothing names one: the original's. Keys are always used in their own. */
export const DEFAULT_REGION = 'eu-west-1'
const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
const LOG_FORMATS = ['text', 'json'] as const

/**
 * Flags over environment over defaults.
 *
 * @param readFile gives the text of a file with a secret: `--proxy-auth-file`, `--upstream-proxy-file`
 * @throws ConfigError with all problems at once
 */
export function resolveConfig(flags: ProxyFlags, env: Env, readFile: (path: string) => string): ProxyConfig {
  const problems: string[] = []
  const checked = <T>(what: string, fallback: T, parse: () => T): T => {
    try {
      return parse()
    } catch (error) {
      problems.push(`${what}: ${(error as Error).message}`)
      return fallback
    }
  }
  const bind = checked('--bind', DEFAULT_BIND, () =>
    flags.bind === undefined ? DEFAULT_BIND : parseHostPort(flags.bind),
  )
  const proxyAuth = checked(authSource(flags), undefined, () => parseProxyAuth(flags, env, readFile))
  if (!isLoopbackHost(bind.host) && proxyAuth === undefined) problems.push(OPEN_TO_OTHERS)
  const config: ProxyConfig = {
    bind,
    proxyAuth,
    socksProxy: checked('--socks-proxy', undefined, () => parseSocksProxy(flags.socksProxy)),
    upstreamRoutes: checked<Route[]>('--upstream-proxy', [], () => readRoutes({ flags, env, readFile, bind })),
    profile: flags.profile,
    credentials: resolveCredentials(flags, env, checked),
    trust: (flags.trust ?? []).flatMap((text) => checked<TrustEntry[]>('--trust', [], () => [parseTrustEntry(text)])),
    trustFiles: trustFiles({ configDir: flags.configDir, env, platform: process.platform, home: homeFolder() }),
    onlyTrusted: flags.onlyTrusted ?? false,
    allowLoopback: flags.allowLoopback ?? false,
    upstreamCa: checked<string[]>('--upstream-ca', [], () => readUpstreamCa(flags.upstreamCa ?? [], env)),
    logFormat: checked('--log-format', 'text', () => oneOf(flags.logFormat ?? 'text', LOG_FORMATS)),
    logLevel: checked('--log-level', 'info', () => oneOf(flags.logLevel ?? 'info', LOG_LEVELS)),
  }
  problems.push(...duplicates(config.trust))
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(config)
}

const OPEN_TO_OTHERS =
  '--bind: other machines could log in as you through this address. Listen on 127.0.0.1, or require a password ' +
  'with --proxy-auth-file FILE or IAM_AUTH_PROXY_AUTH (user:password)'

type Checked = <T>(what: string, fallback: T, parse: () => T) => T

function resolveCredentials(flags: ProxyFlags, env: Env, checked: Checked): CredentialChoice {
  const region = flags.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? DEFAULT_REGION
  const { assumeRoleArn, assumeRoleExternalId, assumeRoleSessionName, mfaSerialNumber, mfaTokenCode } = flags
  const fail = (message: string) => () => {
    throw new TypeError(message)
  }
  if (partitionOfRegion(region) === undefined) checked('--region', undefined, fail(`${region} is not a region`))
  const roleNeeded = assumeRoleExternalId ?? assumeRoleSessionName
  if (assumeRoleArn === undefined && roleNeeded !== undefined) {
    checked('--assume-role-external-id, --assume-role-session-name', undefined, fail('need --assume-role-arn'))
  }
  if (assumeRoleArn !== undefined && !/^arn:[a-z-]+:iam::\d{12}:role\/\S+$/.test(assumeRoleArn)) {
    checked('--assume-role-arn', undefined, fail(`${assumeRoleArn} is not the ARN of a role`))
  }
  if (mfaTokenCode !== undefined && (mfaSerialNumber === undefined || !/^\d{6}$/.test(mfaTokenCode))) {
    checked('--mfa-token-code', undefined, fail('needs --mfa-serial-number, and has six digits'))
  }
  const sessionName = assumeRoleSessionName ?? 'iam-auth-proxy'
  return {
    region,
    assumeRole:
      assumeRoleArn === undefined
        ? undefined
        : { roleArn: assumeRoleArn, sessionName, externalId: assumeRoleExternalId },
    mfa: mfaSerialNumber === undefined ? undefined : { serialNumber: mfaSerialNumber, code: mfaTokenCode },
  }
}

function authSource(flags: ProxyFlags): string {
  return flags.proxyAuthFile === undefined ? 'IAM_AUTH_PROXY_AUTH' : '--proxy-auth-file'
}

/**
 * The user and password of a proxy: `--proxy-auth-file`, else `IAM_AUTH_PROXY_AUTH`.
 *
 * @throws TypeError that says what to write
 */
export function parseProxyAuth(
  flags: Pick<ProxyFlags, 'proxyAuthFile'>,
  env: Env,
  readFile: (path: string) => string,
): ProxyConfig['proxyAuth'] {
  // An empty variable is no wish; an empty file is a wish gone wrong, and must not leave the proxy open.
  const text = flags.proxyAuthFile === undefined ? env['IAM_AUTH_PROXY_AUTH'] : readFile(flags.proxyAuthFile).trim()
  if (text === undefined || (text === '' && flags.proxyAuthFile === undefined)) return undefined
  const [, username, password] = /^([^:\s]+):(\S{8,})$/.exec(text) ?? []
  if (username === undefined || password === undefined) {
    throw new TypeError('must be user:password, the password of 8 characters or more')
  }
  return { username, password: new Secret(password) }
}

function oneOf<T extends string>(text: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === text)
  if (found === undefined) throw new TypeError(`${text} is none of ${allowed.join(', ')}`)
  return found
}

function duplicates(trust: readonly TrustEntry[]): string[] {
  const names = trust.map(entryName)
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
    (name) => `--trust: ${name} stands twice`,
  )
}
