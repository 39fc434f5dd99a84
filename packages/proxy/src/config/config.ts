import type { CredentialChoice } from '../credentials/choose.js'
import type { Secret } from '../secret.js'
import type { TrustEntry } from '../trust/entry.js'
import type { TrustFiles } from '../trust/paths.js'
import type { Route } from '../upstream/routes.js'

/** Where something listens or is reached. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/** Everything a proxy is told, checked, with every field out. */
export interface ProxyConfig {
  readonly bind: HostPort
  /** Required of every client; undefined only on loopback. */
  readonly proxyAuth: { readonly username: string; readonly password: Secret } | undefined
  readonly socksProxy: (HostPort & { readonly username?: string; readonly password?: Secret }) | undefined
  /** Which hosts are reached through which other proxy, or directly. */
  readonly upstreamRoutes: readonly Route[]
  readonly profile: string | undefined
  readonly credentials: CredentialChoice
  /** What the command line says; the files are read when the proxy starts. */
  readonly trust: readonly TrustEntry[]
  readonly trustFiles: TrustFiles
  /** Forward to trusted origins only. */
  readonly onlyTrusted: boolean
  readonly allowLoopback: boolean
  /** PEM certificates that https services may be vouched for by, beside those Node trusts. */
  readonly upstreamCa: readonly string[]
  readonly logFormat: 'text' | 'json'
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

/** The command line as it was typed; undefined where a flag was not given. */
export interface ProxyFlags {
  readonly bind?: string
  readonly proxyAuthFile?: string
  readonly socksProxy?: string
  readonly upstreamProxy?: readonly string[]
  readonly upstreamProxyFile?: string
  readonly profile?: string
  readonly region?: string
  readonly assumeRoleArn?: string
  readonly assumeRoleExternalId?: string
  readonly assumeRoleSessionName?: string
  readonly mfaSerialNumber?: string
  readonly mfaTokenCode?: string
  readonly trust?: readonly string[]
  readonly onlyTrusted?: boolean
  readonly configDir?: string
  readonly allowLoopback?: boolean
  readonly upstreamCa?: readonly string[]
  readonly logFormat?: string
  readonly logLevel?: string
}

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>

/** The configuration cannot be used. `problems` has one line for each thing that is wrong. */
export class ConfigError extends TypeError {
  override readonly name = 'ConfigError'

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}
