import { ConfigError } from '../config/config.js'
import { type AuthorityState, type AuthorityStateDeps, readAuthorityState, type StoreState } from './ca-state.js'
import { columnWidth, formatNames } from './ca-words.js'
import { CommandFailure } from './failure.js'

export interface CaStatusDeps extends AuthorityStateDeps {
  readonly print: (text: string) => void
}

/** In words; the same as on the proxy's status page. */
const WORDS: Readonly<Record<StoreState['state'], string>> = {
  installed: 'installed',
  outdated: 'another one of ours: ca install',
  absent: 'no',
  unknown: 'cannot be read: is certutil installed?',
}

/**
 * `ca status`: what the authority may speak for, until when, and which stores have it. Rejects with CommandFailure where there
 * is none, or it is of no use, and with ConfigError where it may not be used.
 */
export async function showCaStatus(deps: CaStatusDeps, asJson = false): Promise<void> {
  const found = await readAuthorityState(deps)
  deps.print(asJson ? `${JSON.stringify(found, undefined, 2)}\n` : formatAuthority(found))
  if (found.state === 'unusable') throw new ConfigError([...found.problems])
  if (found.state !== 'installed') throw new CommandFailure(FAILURES[found.state])
}

const FAILURES = {
  none: 'no certificate authority is installed. To make one: iam-auth-proxy ca install',
  expired: 'it has expired: iam-auth-proxy ca install',
  'in-no-store': 'no store has it: iam-auth-proxy ca install',
} as const

function formatAuthority({ state, names, expiresAt, sha256, root, stores, uncovered }: AuthorityState): string {
  if (expiresAt === null) {
    const left = stores.filter((store) => store.state === 'outdated')
    return left.length === 0 ? '' : `Left over from an older one (ca uninstall removes it):\n${formatStores(left)}`
  }
  const end = state === 'expired' ? ': EXPIRED, ca install makes a new one' : ''
  return [
    `names        ${formatNames(names)}, and what is below them\n`,
    `valid until  ${expiresAt.slice(0, 10)}${end}\n`,
    `SHA-256      ${sha256}\n`,
    `root         ${root}\n\n`,
    formatStores(stores),
    uncovered.length === 0
      ? ''
      : `\nTrusted, but not among its names (ca install adds them): ${formatNames(uncovered)}\n`,
  ].join('')
}

function formatStores(stores: readonly StoreState[]): string {
  const width = columnWidth(stores)
  return stores
    .map(({ audience, place, state }) => `  ${audience.padEnd(width)}  ${WORDS[state].padEnd(9)}  ${place}\n`)
    .join('')
}
