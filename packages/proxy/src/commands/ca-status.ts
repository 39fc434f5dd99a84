import { readAuthority } from '../tls/authority-file.js'
import { authorityPaths } from '../tls/paths.js'
import type { TrustStore } from '../tls/stores/store.js'
import { describeRoot } from '../tls/stores/stores.js'
import { uncoveredEntries } from './ca-names.js'
import { columnWidth, formatDate, formatNames } from './ca-words.js'
import { CommandFailure } from './failure.js'

export interface CaStatusDeps {
  readonly configFolder: string
  readonly uid: number | undefined
  readonly stores: readonly TrustStore[]
  readonly trusted: readonly string[]
  readonly now: () => number
  readonly print: (text: string) => void
}

type Found = Awaited<ReturnType<TrustStore['look']>>

const WORDS: Readonly<Record<Found, string>> = {
  installed: 'installed',
  outdated: 'another one of ours: ca install',
  absent: 'no',
  unknown: 'cannot be read: is certutil installed?',
}

/**
 * `ca status`: what the authority may speak for, until when, and which stores have it. Rejects with CommandFailure where
 * there is none, or it is of no use.
 */
export async function showCaStatus({ configFolder, uid, stores, trusted, now, print }: CaStatusDeps): Promise<void> {
  const authority = await readAuthority(configFolder, uid)
  const path = authorityPaths(configFolder).root
  const root = authority && describeRoot(authority.rootPem, path)
  const found: { store: TrustStore; state: Found }[] = []
  for (const store of stores) found.push({ store, state: await store.look(root) })
  if (authority === undefined) {
    const left = found.filter(({ state }) => state === 'outdated')
    if (left.length > 0) print(`Left over from an older one (ca uninstall removes it):\n${formatFound(left)}`)
    throw new CommandFailure('no certificate authority is installed. To make one: iam-auth-proxy ca install')
  }
  const hasExpired = now() >= authority.expiresAt
  print(`names        ${formatNames(authority.permitted)}, and what is below them\n`)
  print(`valid until  ${formatDate(authority.expiresAt)}${hasExpired ? ': EXPIRED, ca install makes a new one' : ''}\n`)
  print(`SHA-256      ${authority.fingerprint}\n`)
  print(`root         ${path}\n\n`)
  print(formatFound(found))
  const uncovered = uncoveredEntries(trusted, authority.covers)
  if (uncovered.length > 0)
    print(`\nTrusted, but not among its names (ca install adds them): ${formatNames(uncovered)}\n`)
  if (hasExpired) throw new CommandFailure('it has expired: iam-auth-proxy ca install')
  if (!found.some(({ state }) => state === 'installed')) {
    throw new CommandFailure('no store has it: iam-auth-proxy ca install')
  }
}

function formatFound(found: readonly { store: TrustStore; state: Found }[]): string {
  const width = columnWidth(found.map(({ store }) => store))
  return found
    .map(({ store, state }) => `  ${store.audience.padEnd(width)}  ${WORDS[state].padEnd(9)}  ${store.place}\n`)
    .join('')
}
