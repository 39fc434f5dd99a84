import { describe, expect, it } from 'vitest'
import { parseStsAnswer } from '../../src/aws/sts-answer.js'
import { parseOverriddenStsAnswer } from '../../src/aws/sts-xml-answer.js'

const ARN = 'arn:aws:iam::123456789012:user/alice'
const RESULT = `<Arn>${ARN}</Arn><UserId>AIDAAAAAAAAAAAAAAAAA</UserId><Account>123456789012</Account>`
const document = (result = RESULT) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>${result}</GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef</RequestId></ResponseMetadata>\n</GetCallerIdentityResponse>\n`

const answer = (text: string, contentType = 'text/xml', status = 200) => ({
  status,
  contentType,
  body: Buffer.from(text),
})

describe('an XML answer', () => {
  it.each(['text/xml', 'text/xml; charset=utf-8', 'application/xml'])(
    'is read of an overridden endpoint (%s)',
    (type) => {
      expect(parseOverriddenStsAnswer(answer(document(), type))).toEqual({
        account: '123456789012',
        arn: ARN,
        userId: 'AIDAAAAAAAAAAAAAAAAA',
      })
    },
  )

  it('is never read of AWS', () => {
    expect(() => parseStsAnswer(answer(document()))).toThrow(expect.objectContaining({ code: 'ERR_IAM_STS_ANSWER' }))
  })

  it.each([
    ['text before it', `x${document()}`],
    ['text after it', `${document()}x`],
    ['a document type', `<!DOCTYPE a>${document()}`],
    ['an entity', document(RESULT.replace('alice', '&a;'))],
    ['two results', document(RESULT) + document(RESULT)],
    ['an element twice', document(`${RESULT}<Arn>${ARN}</Arn>`)],
    ['an element twice in place of another', document(RESULT.replaceAll('UserId', 'Arn'))],
    ['an element missing', document(RESULT.replace(/<UserId>.*<\/UserId>/, ''))],
    ['an empty element', document(RESULT.replace(ARN, ''))],
    ['nesting', document(`<Arn>${RESULT}</Arn>`)],
    ['a comment', document(`<!-- -->${RESULT}`)],
    ['another namespace', document().replace('sts.amazonaws.com', 'evil.example')],
    ['the answer of another action', document().replaceAll('GetCallerIdentity', 'AssumeRole')],
  ])('with %s is refused', (_, text) => {
    expect(() => parseOverriddenStsAnswer(answer(text))).toThrow(
      expect.objectContaining({ code: 'ERR_IAM_STS_ANSWER' }),
    )
  })

  it('called JSON, or of an error, is judged like any other', () => {
    expect(() => parseOverriddenStsAnswer(answer(document(), 'application/json'))).toThrow('not JSON')
    expect(() => parseOverriddenStsAnswer(answer(document(), 'text/xml', 403))).toThrow('STS answered 403')
  })
})
