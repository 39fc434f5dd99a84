import { readFileSync } from 'node:fs'

/** A package as the lock file has it. */
interface LockedPackage {
  readonly name?: string
  readonly version: string
  readonly license?: string
  /** Of a link: the workspace. */
  readonly resolved?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** By path: `packages/proxy`, `node_modules/commander`. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>

export interface RuntimePackage extends LockedPackage {
  readonly name: string
  readonly path: string
  /** Paths of those it needs. */
  readonly dependsOn: readonly string[]
}

/** The lock file: what `npm ci` installs, to the byte. */
export function readLock(): LockedPackages {
  const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { packages: LockedPackages }).packages
}

/**
 * What whoever installs one of our packages gets: every package that can be reached from the `dependencies` of `packages/*`.
 * `npm sbom --omit dev` leaves out what the repository itself needs for its tests as well: here, the AWS SDK.
 */
export function runtimePackages(locked: LockedPackages = readLock()): RuntimePackage[] {
  const found = new Map<string, RuntimePackage>()
  const visit = (path: string) => {
    const entry = locked[path]
    if (found.has(path) || entry === undefined) return
    const names = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
    const dependsOn = names.flatMap((name) => resolve(locked, path, name) ?? [])
    found.set(path, { ...entry, path, name: entry.name ?? nameIn(path), dependsOn })
    dependsOn.forEach(visit)
  }
  Object.keys(locked)
    .filter((path) => /^packages\/[^/]+$/.test(path))
    .forEach(visit)
  return [...found.values()]
}

/** As Node looks for it: in the node_modules of the package, then of each folder above. Workspaces are links. */
function resolve(locked: LockedPackages, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    const entry = locked[path]
    if (entry !== undefined) return entry.link === true ? entry.resolved : path
    if (folder === '') return undefined
  }
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}
