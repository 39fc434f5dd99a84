import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/** A certificate database of browsers. */
export interface NssDatabase {
  readonly audience: string
  readonly folder: string
  /** False for the one that is to be made. */
  readonly exists: boolean
}

const CHROMIUM = 'Chromium, Chrome'
const FIREFOX = 'Firefox'
const DATABASE = 'cert9.db'

/**
 * The databases of this user's browsers on Linux: the one of Chromium and its relatives, in the old place and in the one of
 * version 146 and later; those in the sandboxes of snap and flatpak; one for each profile of Firefox. Where Chromium has
 * none yet, the one that it would make.
 */
export function findNssDatabases(home: string, env: Readonly<Record<string, string | undefined>>): NssDatabase[] {
  const xdg = env['XDG_DATA_HOME']
  const data = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.local', 'share')
  const old = join(home, '.pki', 'nssdb')
  const current = join(data, 'pki', 'nssdb')
  const shared = [old, current].filter(hasDatabase)
  // Chromium looks in the old place as long as there is a folder.
  const first =
    shared.length > 0 ? [] : [{ audience: CHROMIUM, folder: existsSync(old) ? old : current, exists: false }]
  return [
    ...shared.map((folder) => ({ audience: CHROMIUM, folder, exists: true })),
    ...first,
    ...sandboxes(home).filter(({ folder }) => hasDatabase(folder)),
    ...[...firefoxProfiles(home), ...opened(home, data)].map((folder) => ({ audience: FIREFOX, folder, exists: true })),
  ]
}

function sandboxes(home: string): NssDatabase[] {
  const snaps = list(join(home, 'snap')).map((name) => ({ name, root: join(home, 'snap', name, 'current') }))
  const flatpaks = list(join(home, '.var', 'app')).map((name) => ({ name, root: join(home, '.var', 'app', name) }))
  const inside = ['.pki/nssdb', '.local/share/pki/nssdb', 'data/pki/nssdb']
  return [
    ...snaps.map((own) => ({ ...own, kind: 'snap' })),
    ...flatpaks.map((own) => ({ ...own, kind: 'flatpak' })),
  ].flatMap(({ name, root, kind }) =>
    inside.map((path) => ({ audience: `${name} (${kind})`, folder: join(root, path), exists: true })),
  )
}

/** In its old place, in the one of version 147 and later, and in sandboxes. */
function firefoxProfiles(home: string): string[] {
  return [
    join(home, '.mozilla', 'firefox'),
    join(home, '.config', 'mozilla', 'firefox'),
    join(home, 'snap', 'firefox', 'common', '.mozilla', 'firefox'),
    join(home, '.var', 'app', 'org.mozilla.firefox', '.mozilla', 'firefox'),
    join(home, '.var', 'app', 'org.mozilla.firefox', 'config', 'mozilla', 'firefox'),
  ].flatMap((folder) =>
    list(folder)
      .map((name) => join(folder, name))
      .filter(hasDatabase),
  )
}

/** The profiles of `iam-auth-proxy open`: see `browser/profile.ts`. */
function opened(home: string, data: string): string[] {
  const own = [
    join(data, 'iam-auth-proxy', 'browsers', 'firefox'),
    join(home, 'snap', 'firefox', 'common', 'iam-auth-proxy'),
  ]
  return own.filter(hasDatabase)
}

function hasDatabase(folder: string): boolean {
  return existsSync(join(folder, DATABASE))
}

/** Names in a folder; none where there is no folder. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}
