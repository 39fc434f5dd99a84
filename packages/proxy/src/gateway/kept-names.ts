import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from '../config/config.js'
import { readGuardedFile, requireSafeFolder } from '../trust/guarded-file.js'
import { acquireLock } from '../trust/lock.js'
import { replaceFile } from '../trust/replace-file.js'
import type { GatewaySite } from './front.js'
import { LABEL, longName, type NamedSite } from './sites.js'

/** Which origin each name has been given to. */
type Names = ReadonlyMap<string, string>

/** Beside the file of what the user trusts. */
export const NAMES_FILE = 'gateway.json'

/**
 * Gives each site its name for good: the browser keeps the cookies of a name, and would send them to whatever site has that name
 * next. A site whose short name is another's gets its whole host as its name.
 *
 * @param path of `gateway.json`, which is read and replaced under a lock
 * @throws ConfigError where a name that was chosen is another site's, or the file cannot be used
 */
export async function claimNames(
  path: string,
  uid: number | undefined,
  sites: readonly NamedSite[],
): Promise<GatewaySite[]> {
  const owner = { kind: 'user', uid } as const
  prepareFolder(dirname(path))
  requireSafeFolder(dirname(path), owner)
  const lock = await acquireLock(`${path}.lock`)
  try {
    const names = parseNames(readGuardedFile(path, owner), path)
    const named = sites.map(({ site, name, isChosen }) => ({
      site,
      name: isFree(names, name, site.origin) || isChosen ? name : longName(site),
    }))
    requireFree(named, names, path)
    const kept = new Map([...names, ...named.map(({ site, name }) => [name, site.origin] as const)])
    if (kept.size > names.size) replaceFile(path, formatNames(kept), 0o600, lock)
    return named
  } finally {
    lock.release()
  }
}

function prepareFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new ConfigError([
      `${path} cannot be made, and the names of sites are kept there (${(error as Error).message}): name another folder with --config-dir`,
    ])
  }
}

function isFree(names: Names, name: string, origin: string): boolean {
  return (names.get(name) ?? origin) === origin
}

function requireFree(sites: readonly GatewaySite[], names: Names, path: string): void {
  const problems = sites.flatMap(({ site, name }) => {
    if (isFree(names, name, site.origin)) return []
    const before = names.get(name)
    return [
      `${name} is the name of ${before}, whose cookies your browser would send to ${site.origin}: choose another, as ` +
        `${site.origin}=name. If ${before} is no more, clear the cookies of ${name}.localhost and take its line out of ${path}`,
    ]
  })
  if (problems.length > 0) throw new ConfigError(problems)
}

/** `{ "version": 1, "names": { "wiki": "https://wiki.example.com" } }` */
function parseNames(text: string | undefined, path: string): Names {
  if (text === undefined) return new Map()
  const value = parseJson(text)
  const entries = Object.entries(value?.version === 1 && value.names ? value.names : { '': '' })
  if (entries.every(([name, origin]) => LABEL.test(name) && isOrigin(origin))) return new Map(entries)
  throw new ConfigError([
    `${path} is not what this program has written: mend it, or clear the cookies of your *.localhost sites and remove it`,
  ])
}

function parseJson(text: string): { version?: unknown; names?: Record<string, string> } | undefined {
  try {
    return JSON.parse(text) ?? undefined
  } catch {
    return undefined
  }
}

function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
}

function formatNames(names: Names): string {
  return `${JSON.stringify({ version: 1, names: Object.fromEntries(names) }, undefined, 2)}\n`
}
