import { mentionsIamChallenge } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { FOREIGN_CHALLENGES } from './foreign-challenges.js'
import { readVectors } from './read-vectors.js'

const OURS = 'IAM realm="123456789012", v="2"'

describe('mentionsIamChallenge', () => {
  it.each(['IAM realm="x"', 'iam', 'Basic realm="x", IAM realm="y"', 'IAM,', 'Negotiate,IAM x', '\tIAM\ta="b"'])(
    'sees %j',
    (value) => {
      expect(mentionsIamChallenge(['Server', 'x', 'WWW-AUTHENTICATE', value])).toBe(true)
    },
  )

  it.each([
    'IAM realm="never closed',
    'IAM realm=(1)',
    'IAM a b c',
    ' , , IAM \\"',
    'Basic realm="x" y, IAM realm="z"',
  ])('sees %j, which is malformed: the parser refuses it', (value) => {
    expect(mentionsIamChallenge(['www-authenticate', value])).toBe(true)
  })

  it.each(['', 'Basic realm="x"', 'XIAM realm="x"', 'IAMX realm="x"', 'x-IAM realm="x"', 'Basic realm="IAM"'])(
    'does not see %j',
    (value) => {
      expect(mentionsIamChallenge(['www-authenticate', value, 'X-Note', 'IAM'])).toBe(false)
    },
  )

  it.each([
    `Basic realm="${OURS.replaceAll('"', '\\"')}"`,
    `Basic realm="a, ${OURS.replaceAll('"', '\\"')}, b"`,
    'Bearer error="x", error_description="no role, IAM said, so \\", IAM x"',
    'Digest realm="\\\\", nonce="a, IAM b=c"',
    'Basic realm="never closed, IAM realm=1',
    'Basic realm="ends in a backslash, IAM a\\',
    'Bearer scope=iam',
    'Bearer scope= iam',
    'Bearer a=b, iam=c',
    'Bearer a=b, IAM = c',
    'Negotiate IAM, Basic',
    ...FOREIGN_CHALLENGES.map(([line]) => line),
  ])('does not see one in %j, where another scheme says it', (value) => {
    expect(mentionsIamChallenge(['www-authenticate', value])).toBe(false)
    expect(mentionsIamChallenge(['www-authenticate', value, 'www-authenticate', OURS])).toBe(true)
  })

  it('sees every challenge that parseChallenge accepts', () => {
    const { cases } = readVectors<{ cases: { headers: [string, string][]; accepted?: unknown }[] }>('challenges.json')
    for (const { headers, accepted } of cases) if (accepted) expect(mentionsIamChallenge(headers.flat())).toBe(true)
  })
})
