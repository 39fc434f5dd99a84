import type { Env } from '../config/config.js'
import { formatNoProxy, parseNoProxy } from './no-proxy.js'

export interface ProxyEnvironmentOptions {
  /** With user and password where the proxy wants them. */
  readonly proxyUrl: string
  /** The environment so far. */
  readonly before: Env
  /** Hosts that are trusted; those of loopback must be asked for by proxy, all others are anyway. */
  readonly loopback: readonly string[]
  /** What makes programs trust the local authority, where there is one: `authorityEnvironment`. */
  readonly authority: Readonly<Record<string, string>>
}

/** What makes programs use a proxy, and what may keep them from it. */
export interface ProxyEnvironment {
  readonly variables: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

/**
 * The variables by which programs find a proxy. Both spellings: curl, wget and git read `http_proxy` in small letters only,
 * others read only the large ones. Not `ALL_PROXY`: what reads it reads the others too, and it would send mail and ftp here.
 */
export function proxyEnvironment({ proxyUrl, before, loopback, authority }: ProxyEnvironmentOptions): ProxyEnvironment {
  const given = parseNoProxy(before['no_proxy'], before['NO_PROXY'])
  const noProxy = formatNoProxy(given, loopback)
  const variables = {
    ...both('HTTP_PROXY', proxyUrl),
    ...both('HTTPS_PROXY', proxyUrl),
    ...both('NO_PROXY', noProxy),
    // Node's own fetch and http look at the rest with this only (22.21, 24.5 and later).
    NODE_USE_ENV_PROXY: '1',
    ...authority,
  }
  const warnings = given.includes('*') ? ['NO_PROXY is * in the environment: most programs will use no proxy'] : []
  return { variables, warnings }
}

function both(name: string, value: string): Record<string, string> {
  return { [name]: value, [name.toLowerCase()]: value }
}
