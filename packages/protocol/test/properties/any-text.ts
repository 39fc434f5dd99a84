import fc from 'fast-check'
import { ProtocolError } from 'iam-auth-protocol'

/**
 * Bounded, and the same each time unless a seed is given: `FAST_CHECK_SEED=42 FAST_CHECK_RUNS=100000 npx vitest run …`.
 * A failure prints its seed and path.
 */
const parameters = {
  seed: Number(process.env['FAST_CHECK_SEED'] ?? 20260101),
  numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 300),
}
export const holds = <T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>) => fc.assert(property, parameters)

export const origin = 'https://wiki.example.com'
export const realm = '123456789012'
export const expected = { origin, nowSeconds: 1767225610, allowedVersions: [1, 2] }
export const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'

/** Pieces of our own formats; put together in any order they come closer to being read than chance does. */
const PIECES =
  'IAM |realm|=|"|\\|, | |\t|123456789012|v="1 2"|arn:|aws|:kms:|eu-west-1|:|/|//|/.|/..|%2e|%|auth|?|#|@|{|}|[|]|"a":|"v":2|,|null|' +
  '\u0000|\u00e9|\ud800|__proto__|user/|assumed-role/|; |Max-Age=0|__Host-iam_auth_c=|eyJh|==|-_|\r\n|https://|20260101T000005Z'

/** Text of any kind: letters, binary, JSON and pieces. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ maxLength: 200 }),
  fc.json(),
  fc.array(fc.constantFrom(...PIECES.split('|')), { maxLength: 40 }).map((parts) => parts.join('')),
)

/** The value, or undefined for a refusal; any other exception is the test's. */
export function valueOrRefusal<T>(parse: (text: string) => T, text: string): T | undefined {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
