import { type Challenge, isLoopbackOrigin } from 'iam-auth-protocol'
import type { OriginTrust, SuffixTrust, TrustEntry } from '../trust/entry.js'
import { formatTrustCommand } from '../trust/shell.js'
import { CommandFailure } from './failure.js'
import type { Offer } from './offer.js'

const LIVE_CREDENTIALS = 'it may get live AWS credentials of yours'

/**
 * What the person wanted, with the key that the service names: what is about to be written down.
 *
 * @throws CommandFailure where an entry like this would not let anybody log in, with the command that would
 */
export function requireTrustable(wanted: OriginTrust, offer: Offer): OriginTrust {
  const { origin, allowsVersion1, allowsPlainHttp } = wanted
  if (offer.kind === 'none') {
    if (!allowsVersion1 && offer.leadsTo === undefined) return wanted
    const what = `${origin} asks for no login: it answers ${offer.status}`
    if (offer.leadsTo !== undefined) {
      throw new CommandFailure(`${what} and leads to ${offer.leadsTo}\n${formatTrustCommand('add', offer.leadsTo)}`)
    }
    throw new CommandFailure(`${what}. Name a page of it that does with --path, or its key with --key`)
  }
  const { version, key, realm } = offer.challenge
  if (version === 1 && !allowsVersion1) {
    throw new CommandFailure(
      `${origin} asks for version 1: ${LIVE_CREDENTIALS}. Only if you know and trust it:\n${addCommand({ ...wanted, allowsVersion1: true })}`,
    )
  }
  const isOpen = origin.startsWith('http:') && !isLoopbackOrigin(origin)
  if (isOpen && !allowsPlainHttp && (version === 1 || key.account !== realm)) {
    throw new CommandFailure(
      `this login would go over unencrypted http. If the way there is safe (a VPN, a bastion):\n${addCommand({ ...wanted, allowsPlainHttp: true })}`,
    )
  }
  return { ...wanted, key }
}

/** What the person is asked about, line by line. */
export function describeWish(entry: TrustEntry, offer: Offer | undefined): string {
  const lines = 'suffix' in entry ? suffixLines(entry) : originLines(entry, offer)
  return `${lines.map(([what, value]) => `  ${what.padEnd(9)}${value}\n`).join('')}`
}

type Line = readonly [what: string, value: string]

function suffixLines({ suffix, keyAccount }: SuffixTrust): Line[] {
  return [
    ['origins', `${suffix}: every host below this name`],
    ['version', '2'],
    ['keys', `of account ${keyAccount} only`],
  ]
}

function originLines(entry: OriginTrust, offer: Offer | undefined): Line[] {
  const { origin, key, allowsVersion1, allowsPlainHttp } = entry
  const challenge = offer?.kind === 'challenge' ? offer.challenge : undefined
  return [
    ['origin', origin],
    ...(offer?.kind === 'none'
      ? [['login', `none is asked for (it answers ${offer.status}), so no key is pinned`] as const]
      : []),
    ...(challenge === undefined ? [] : challengeLines(challenge)),
    ...(key === undefined ? [] : [['key', key.arn] as const]),
    ...(challenge === undefined ? [] : [['', accountNote(challenge)] as const]),
    ...(allowsVersion1 ? [['allowed', `version 1: ${LIVE_CREDENTIALS}`] as const] : []),
    ...(allowsPlainHttp ? [['allowed', 'unencrypted http'] as const] : []),
    ...(isChangeable(entry)
      ? [['careful', 'unencrypted: who sits on the way can have changed this; compare the key'] as const]
      : []),
  ]
}

function challengeLines({ version, bound, realm }: Challenge): Line[] {
  return [
    ['version', bound?.versions.join(' and ') ?? String(version)],
    ['realm', `${realm}: the account whose people log in`],
  ]
}

function accountNote({ key, realm }: Challenge): string {
  if (key.account === realm) return 'of the same account'
  return `OF ANOTHER ACCOUNT than the realm: ${key.account}. Only its owners can say whether that is right`
}

function isChangeable({ origin, key }: OriginTrust): boolean {
  return key !== undefined && origin.startsWith('http:') && !isLoopbackOrigin(origin)
}

function addCommand({ origin, allowsVersion1, allowsPlainHttp }: OriginTrust): string {
  return formatTrustCommand(
    'add',
    origin,
    ...(allowsVersion1 ? ['--protocol', '1'] : []),
    ...(allowsPlainHttp ? ['--plain-http'] : []),
  )
}
