import { ConfigError } from '../config/config.js'
import { normaliseHost, requirePermittedName, widestNames } from '../tls/names.js'

/** The names that an authority is asked for, and what cannot be among them. */
export interface WantedNames {
  readonly names: readonly string[]
  /** A line for each https entry of the trust list that no authority can speak for. */
  readonly leftOut: readonly string[]
}

const NOTHING_WANTED = `there is no host to speak for. Trust its https address first, or name your own domain:
    iam-auth-proxy trust add https://wiki.corp.example.com
    iam-auth-proxy ca install --host corp.example.com`

/**
 * Hosts of trusted https entries and of `--host`.
 *
 * @param trusted origins and suffixes, as the trust list has them
 * @throws ConfigError where a `--host` is too wide or none, or nothing is left
 */
export function wantedNames(trusted: readonly string[], hosts: readonly string[]): WantedNames {
  const problems: string[] = []
  const named = hosts.flatMap((host) => {
    try {
      return [requirePermittedName(host)]
    } catch (error) {
      problems.push(`--host: ${(error as Error).message}`)
      return []
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  const leftOut: string[] = []
  const fromTrust = trusted.filter(isHttps).flatMap((name) => {
    try {
      return [requirePermittedName(hostOf(name))]
    } catch (error) {
      leftOut.push(`${name} is left out: ${(error as Error).message}`)
      return []
    }
  })
  const names = widestNames([...named, ...fromTrust])
  if (names.length === 0) throw new ConfigError([NOTHING_WANTED, ...leftOut])
  return { names, leftOut }
}

/** Trusted https entries that an authority with these names does not speak for, though another could. */
export function uncoveredEntries(trusted: readonly string[], covers: (host: string) => boolean): string[] {
  return trusted.filter(isHttps).filter((name) => {
    const host = normaliseHost(hostOf(name))
    return host?.includes('.') === true && !covers(host)
  })
}

function isHttps(name: string): boolean {
  return name.startsWith('https://')
}

/** Of `https://*.corp.example.com:8443`: `corp.example.com`. */
function hostOf(name: string): string {
  return new URL(name.replace('://*.', '://')).hostname
}
