import { createHmac, hkdfSync } from 'node:crypto'
import { ProtocolError } from 'iam-auth-protocol'
import { createChallenges } from '../../../packages/server-middleware/src/challenges.js'
import { LoginRefusal } from '../../../packages/server-middleware/src/refusal.js'
import { deriveKeys } from '../../../packages/server-middleware/src/secrets.js'
import { findSignedPair, type SignedPair } from '../../../packages/server-middleware/src/session/cookie-pair.js'
import { createSessionCookie } from '../../../packages/server-middleware/src/session/session-cookie.js'
import { mutated } from '../mutations.js'
import { pairsOf } from '../oracles/cookies.js'
import { judged, requireRule, type Target } from '../target.js'

const ORIGIN = 'https://wiki.example.com'
const NOW = 1_767_225_610
const SECRETS = ['a secret of these tests, of no use elsewhere', 'an older one, in force as well']
const challenges = createChallenges({
  keys: [deriveKeys(SECRETS[0] ?? ''), deriveKeys(SECRETS[1] ?? '')],
  now: () => NOW * 1000,
  randomBytes: (size) => new Uint8Array(size).fill(7),
})
const NAME = '__Host-iam_auth_c'

/** PROTOCOL.md §3, once more: the cookie's value for a second and an origin. */
function cookieValue(secret: string, madeAt: number, origin: string): string {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(madeAt))
  const id = Buffer.concat([time.subarray(3), Buffer.alloc(16, 7)]).toString('base64url')
  const derive = (salt: string, info: string, size: number) => Buffer.from(hkdfSync('sha256', secret, salt, info, size))
  const kid = derive('', 'iam-auth kid', 6).toString('base64url')
  const key = derive(kid, 'iam-auth challenge', 32)
  return `${id}.${kid}.${createHmac('sha256', key).update(`${origin}\0${id}`).digest('base64url')}`
}

const VALUES = SECRETS.flatMap((secret) =>
  [NOW, NOW - 119, NOW - 120, NOW + 60, NOW + 61].map((madeAt) => cookieValue(secret, madeAt, ORIGIN)),
)
/** Those in time; the others, and these of another origin or secret, are never good. */
const GOOD = VALUES.filter((_, index) => [0, 1, 3].includes(index % 5))
const OTHERS = [
  cookieValue('a secret of somebody else', NOW, ORIGIN),
  cookieValue(SECRETS[0] ?? '', NOW, 'http://wiki.example.com'),
]
const COOKIES = [...VALUES, ...OTHERS].flatMap((value) => [
  `${NAME}=${value}`,
  `theme=dark; ${NAME}=${value}`,
  `${NAME}=${value}; iam_auth=x`,
])
const PIECES = [...GOOD, `${NAME}=`, 'iam_auth_c=', '; ', ';', '=', '"', '.', 'A', 'B', 'a=b; ']

const session = createSessionCookie({ keys: ['the key of a session'], secure: true, maxAgeSeconds: 60 })
const SESSION_PAIRS = session.seal({ v: 1, who: 'alice' }).map((line) => line.split(';', 1)[0] ?? '')
const [SESSION_VALUE = '', SESSION_SIGNATURE = ''] = SESSION_PAIRS.map((pair) => pair.slice(pair.indexOf('=') + 1))
const SESSIONS = [
  SESSION_PAIRS.join('; '),
  `a=b; ${SESSION_PAIRS.join('; ')}; c=d`,
  [...SESSION_PAIRS].reverse().join(';'),
]

export const cookieTargets: readonly Target<string>[] = [
  {
    name: 'a challenge cookie',
    weight: 3,
    inputs: mutated(COOKIES, PIECES),
    run: judged(
      (header: string) => challenges.requireCookie(header, ORIGIN),
      [LoginRefusal, ProtocolError],
      (header, { id, expSeconds }) => {
        const found = pairsOf(header).filter(([name]) => name === NAME || name === 'iam_auth_c')
        const [[name, value] = ['', '']] = found
        requireRule('exactly one challenge cookie', found.length === 1 && name === NAME)
        requireRule('a value that this service made, in time', GOOD.includes(value) && value.startsWith(`${id}.`))
        requireRule('not expired', expSeconds > NOW)
      },
    ),
  },
  {
    name: 'a session cookie',
    weight: 1,
    inputs: mutated(SESSIONS, [...SESSION_PAIRS, '; ', '=', '.sig', '__Host-iam_auth=x; ']),
    run: (header) => {
      const pair = findSignedPair(header, session.name)
      if (pair === undefined) return { name: 'no pair' }
      const isOpen = session.open(pair.value, pair.signature) !== undefined
      return { name: isOpen ? 'accepted' : 'another signature', judge: () => requireSessionRules(header, pair, isOpen) }
    },
  },
]

function requireSessionRules(header: string, { value, signature }: SignedPair, isOpen: boolean): void {
  for (const [name, text] of [[session.name, value] as const, [`${session.name}.sig`, signature] as const]) {
    const found = pairsOf(header).filter(([own]) => own === name)
    requireRule('once, and as it stands', found.length === 1 && found[0]?.[1].trim() === text)
  }
  requireRule('what was signed', !isOpen || (value === SESSION_VALUE && signature === SESSION_SIGNATURE))
}
