import { describe, expect, it } from 'vitest'
import { parseStsAnswer } from '../../src/aws/sts-answer.js'

const ALICE = { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/alice', UserId: 'AIDAAAAAAAAAAAAAAAAA' }
const JSON_TEXT = JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult: ALICE } })
const read = (body: Uint8Array, contentType = 'application/json', status = 200) =>
  parseStsAnswer({ status, contentType, body })

describe('the bytes of an answer of STS', () => {
  it('are UTF-8', () => {
    expect(read(Buffer.from(JSON_TEXT))).toEqual({ account: ALICE.Account, arn: ALICE.Arn, userId: ALICE.UserId })
  })

  it.each<[what: string, bytes: Uint8Array]>([
    ['a byte that is none', Buffer.from(JSON_TEXT.replace('alice', 'al\u00efce'), 'latin1')],
    ['half a character', Buffer.concat([Buffer.from(JSON_TEXT), Buffer.from([0xc3])])],
    ['a byte order mark', Buffer.from(`\ufeff${JSON_TEXT}`)],
    ['UTF-16', Buffer.from(JSON_TEXT, 'utf16le')],
  ])('are refused with %s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'ERR_IAM_STS_ANSWER' }))
  })
})
