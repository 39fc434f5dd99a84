import { isIP } from 'node:net'
import { EVERY_HOST, type HostPattern, parseHostPattern } from '../upstream/host-pattern.js'
import type { Route } from '../upstream/routes.js'
import type { Env } from './config.js'
import { parseHop } from './hop-url.js'

/**
 * What curl and its like would use: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`, in small letters first.
 *
 * @throws TypeError where they name no proxy, or say something that is none; the variable is named, its value is not shown
 */
export function routesOfEnvironment(env: Env): Route[] {
  const all = named(env, 'all_proxy')
  const proxies = (['http', 'https'] as const).flatMap((scheme): Route[] => {
    const found = named(env, `${scheme}_proxy`) ?? all
    return found === undefined
      ? []
      : [{ hosts: EVERY_HOST, scheme, via: reading(found.name, () => parseHop(found.value)) }]
  })
  if (proxies.length === 0) throw new TypeError('env: neither HTTP_PROXY nor HTTPS_PROXY nor ALL_PROXY names a proxy')
  const exceptions = named(env, 'no_proxy')
  if (exceptions === undefined) return proxies
  return [...proxies, ...reading(exceptions.name, () => readNoProxy(exceptions.value))]
}

/** `*` alone: no proxy at all. A name means itself and all below it, with or without a dot before it, as for curl. */
function readNoProxy(text: string): Route[] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '')
  const patterns = entries.flatMap((entry) => patternsOf(entry))
  const unique = new Map(patterns.map((pattern) => [pattern.text, pattern]))
  return [...unique.values()].map((hosts) => ({ hosts, via: undefined }))
}

function patternsOf(entry: string): HostPattern[] {
  // Ranked above the proxies, which are for `*` as well.
  if (entry === '*') return [{ ...EVERY_HOST, rank: Number.POSITIVE_INFINITY }]
  const bare = entry.replace(/^\*?\./, '')
  const isName =
    !bare.includes('/') && isIP(bare.replace(/^\[|\](?::\d+)?$/g, '').replace(/^([\d.]+):\d+$/, '$1')) === 0
  return isName ? [parseHostPattern(bare), parseHostPattern(`*.${bare}`)] : [parseHostPattern(bare)]
}

function named(env: Env, name: string): { name: string; value: string } | undefined {
  for (const spelling of [name, name.toUpperCase()]) {
    const value = env[spelling]
    if (value) return { name: spelling, value }
  }
  return undefined
}

function reading<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new TypeError(`${name}: ${(cause as Error).message}`, { cause })
  }
}
