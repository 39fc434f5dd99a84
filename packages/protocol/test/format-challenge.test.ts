import { formatChallenge, formatChallengeSetCookie, formatVersionList, parseChallenge } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'

const offer = {
  realm: '123456789012',
  versions: [1, 2],
  origin: 'https://wiki.example.com',
  challenge: 'AGlVuQAAAQIDBAUGBwgJCgsMDQ4P',
  expSeconds: 1767225720,
  stsRegions: ['eu-west-1', 'us-east-1'],
  authPath: '/auth',
  keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555',
  encryptionContextHeader:
    'eyJpYW0tYXV0aC12IjoiMiIsImlhbS1hdXRoLW9yaWdpbiI6Imh0dHBzOi8vd2lraS5leGFtcGxlLmNvbSIsImlhbS1hdXRoLWNoYWxsZW5nZSI6IkFHbFZ1UUFBQVFJREJBVUdCd2dKQ2dzTURRNFAiLCJpYW0tYXV0aC1yZWFsbSI6IjEyMzQ1Njc4OTAxMiJ9',
}

it('names the key in the header of the original where it offers version 1', () => {
  expect(formatChallenge(offer)).toEqual([
    [
      'WWW-Authenticate',
      'IAM realm="123456789012", v="1 2", origin="https://wiki.example.com", challenge="AGlVuQAAAQIDBAUGBwgJCgsMDQ4P", exp="1767225720", proof="sts-kms", sts="eu-west-1 us-east-1", auth="/auth"',
    ],
    ['Iam-Auth-Kms-Key-Id', 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'],
    ['Iam-Auth-Kms-Encryption-Context', offer.encryptionContextHeader],
  ])
})

it('names the key in a parameter where it offers version 2 alone, so that the original stops', () => {
  expect(formatChallenge({ ...offer, versions: [2] })).toEqual([
    [
      'WWW-Authenticate',
      'IAM realm="123456789012", v="2", origin="https://wiki.example.com", challenge="AGlVuQAAAQIDBAUGBwgJCgsMDQ4P", exp="1767225720", proof="sts-kms", sts="eu-west-1 us-east-1", auth="/auth", kms="arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"',
    ],
    ['Iam-Auth-Kms-Encryption-Context', offer.encryptionContextHeader],
  ])
})

it('carries the literal that the original looks for', () => {
  for (const versions of [[2], [1, 2]]) {
    expect(formatChallenge({ ...offer, versions })[0]?.[1]).toMatch(/IAM realm="([^"]+)"/)
  }
})

it.each([[[2]], [[1, 2]]])('is read by the other side: versions %j', (versions) => {
  const cookie = formatChallengeSetCookie(offer.origin, 'id.kid.mac')
  const headers = [...formatChallenge({ ...offer, versions }), ['Set-Cookie', cookie]].flat()
  const expected = { origin: offer.origin, nowSeconds: 1767225600, allowedVersions: [2] }
  expect(parseChallenge(headers, expected)).toMatchObject({
    version: 2,
    realm: offer.realm,
    key: { arn: offer.keyArn },
    bound: {
      challenge: offer.challenge,
      rawExp: '1767225720',
      stsRegions: offer.stsRegions,
      cookie: { value: 'id.kid.mac' },
    },
  })
})

it('writes the list of versions with one space between', () => {
  expect(formatVersionList([1, 2])).toBe('1 2')
  expect(formatVersionList([2])).toBe('2')
})

describe('the Set-Cookie line', () => {
  it.each([
    ['https://a.example', 'v', undefined, '__Host-iam_auth_c=v; Max-Age=120; Path=/; Secure; HttpOnly; SameSite=Lax'],
    ['https://a.example', 'v', 31, '__Host-iam_auth_c=v; Max-Age=31; Path=/; Secure; HttpOnly; SameSite=Lax'],
    ['http://127.0.0.1:80', 'v', undefined, 'iam_auth_c=v; Max-Age=120; Path=/; HttpOnly; SameSite=Lax'],
    ['https://a.example', '', undefined, '__Host-iam_auth_c=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax'],
    ['http://a.example', '', 99, 'iam_auth_c=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'],
  ])('of %s, value %j, %s seconds', (origin, value, seconds, line) => {
    expect(formatChallengeSetCookie(origin, value, seconds)).toBe(line)
  })
})
