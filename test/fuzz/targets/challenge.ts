import fc from 'fast-check'
import { type AuthChallenge, ProtocolError, parseAuthChallenges, parseChallenge } from 'iam-auth-protocol'
import challenges from '../../../packages/protocol/test/vectors/challenges.json' with { type: 'json' }
import independent from '../../../packages/protocol/test/vectors/independent.json' with { type: 'json' }
import { mutated, mutatedInBase64 } from '../mutations.js'
import { type Received, requireChallengeRules } from '../oracles/challenge.js'
import { readWwwAuthenticate } from '../oracles/www-authenticate.js'
import { judged, requireRule, type Target } from '../target.js'

type Headers = readonly (readonly [name: string, value: string])[]

const VECTORS: readonly Received[] = [
  ...challenges.cases.map(({ headers, origin, nowSeconds, allowedVersions, pinnedKeyArn }) => ({
    headers: headers as unknown as Headers,
    origin,
    nowSeconds,
    allowedVersions,
    pinnedKeyArn: pinnedKeyArn ?? undefined,
  })),
  ...independent.challenges.map(({ headers, origin, now }) => ({
    headers: headers as unknown as Headers,
    origin,
    nowSeconds: now,
    allowedVersions: [1, 2],
    pinnedKeyArn: undefined,
  })),
]
const ACCEPTED = VECTORS.slice(0, challenges.cases.length).filter((_, index) => challenges.cases[index]?.accepted)

const valuesOf = (name: string) => [
  ...new Set(
    VECTORS.flatMap(({ headers }) => headers.flatMap(([own, value]) => (own.toLowerCase() === name ? value : []))),
  ),
]
const LINES = valuesOf('www-authenticate').filter((line) => line.length < 2000)
const CONTEXTS = valuesOf('iam-auth-kms-encryption-context').filter((value) => value.length < 2000)
const PARAMS = [...new Set(LINES.flatMap((line) => line.match(/[a-z]+="[^"]*"/g) ?? []))]
const PIECES = [
  ...PARAMS,
  'IAM ',
  'iam ',
  'Basic realm="x", ',
  ', ',
  ',,',
  '=',
  '"',
  '\\"',
  'v="1"',
  'v="2"',
  'kms=',
  'a=b',
  'A=',
]
const CONTEXT_PIECES = [
  '"iam-auth-v":"2"',
  '"iam-auth-x":"1"',
  '"Iam-Auth-Origin":"x"',
  '"salt":"1"',
  ',',
  '\\u0061',
  '{}',
  'null',
]
const NAMES = ['WWW-Authenticate', 'Iam-Auth-Kms-Key-Id', 'Iam-Auth-Kms-Encryption-Context', 'Set-Cookie', 'Connection']

/** What happens to one field of a 401. */
const change = fc.record({
  kind: fc.constantFrom('value', 'value', 'value', 'drop', 'twice', 'move', 'borrow', 'connection'),
  at: fc.nat(7),
  other: fc.nat(VECTORS.length - 1),
  line: mutated(LINES, PIECES),
  context: mutatedInBase64(CONTEXTS, CONTEXT_PIECES),
  rest: mutated(
    [...new Set([...valuesOf('iam-auth-kms-key-id'), ...valuesOf('set-cookie')])],
    ['arn:', ':', '; ', 'Max-Age=0'],
  ),
  name: fc.constantFrom(...NAMES),
})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** A 401 that is accepted, with up to three of its fields changed, and sometimes read with the eyes of another case. */
const received: fc.Arbitrary<Received> = fc
  .tuple(
    fc.constantFrom(...ACCEPTED),
    fc.array(change, { maxLength: 3 }),
    fc.option(fc.constantFrom(...VECTORS), { freq: 8 }),
  )
  .map(([base, changes, eyes]) => ({ ...(eyes ?? base), headers: changes.reduce(changeOne, base.headers) }))

function changeOne(headers: Headers, { kind, at: anywhere, other, name, ...values }: Change): Headers {
  const at = anywhere % Math.max(1, headers.length)
  const [own = name, value = ''] = headers[at] ?? []
  const changes: Readonly<Record<Change['kind'], Headers>> = {
    value: headers.with(at, [own, mutantFor(own, values)]),
    drop: headers.filter((_, index) => index !== at),
    twice: [...headers, [own.toUpperCase(), other % 2 === 0 ? value : mutantFor(own, values)]],
    move: headers.with(at, [name, value]),
    borrow: headers.with(at, (VECTORS[other]?.headers ?? [])[at] ?? [own, value]),
    connection: [...headers, ['Connection', `close, ${name}`]],
  }
  return headers.length === 0 ? [[name, value]] : changes[kind]
}

function mutantFor(name: string, { line, context, rest }: Pick<Change, 'line' | 'context' | 'rest'>): string {
  if (/^www-authenticate$/i.test(name)) return line
  return /context$/i.test(name) ? context : rest
}

export const challengeTargets: readonly Target[] = [
  {
    name: 'parseAuthChallenges',
    weight: 4,
    inputs: mutated(LINES, PIECES),
    run: judged(parseAuthChallenges, [ProtocolError], requireSameReading),
  },
  {
    name: 'parseChallenge',
    weight: 8,
    inputs: received,
    run: judged(
      ({ headers, ...expected }: Received) => parseChallenge(headers.flat(), expected),
      [ProtocolError],
      requireChallengeRules,
    ),
  },
]

function requireSameReading(line: string, accepted: readonly AuthChallenge[]): void {
  const read = readWwwAuthenticate(line)
  requireRule('RFC 9110 §11.6.1', read !== undefined)
  const ours = accepted.map(({ scheme, params, token68 }) => [scheme, [...params], token68])
  const theirs = (read ?? []).map(({ scheme, params, token68 }) => [scheme, params, token68])
  requireRule('read as it stands, no parameter twice', JSON.stringify(ours) === JSON.stringify(theirs))
}
