import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSessionCookie } from '../../src/session/session-cookie.js'
import { formatSessionPayload, parseSessionPayload } from '../../src/session/session-payload.js'

const NEW_KEY = 'the newer of two keys'
const OLD_KEY = 'the older of two keys'
const make = (...keys: string[]) => createSessionCookie({ keys, secure: true, maxAgeSeconds: 60 })

function pairOf([line = '', signatureLine = '']: readonly string[]) {
  const [, value = ''] = /^[^=]+=([^;]*)/.exec(line) ?? []
  const [, signature = ''] = /^[^=]+=([^;]*)/.exec(signatureLine) ?? []
  return { value, signature }
}

describe('a session cookie', () => {
  it('is signed with HMAC-SHA-256 over name and value', () => {
    const { value, signature } = pairOf(make(NEW_KEY).seal({ a: 1 }))
    expect(JSON.parse(Buffer.from(value, 'base64').toString())).toEqual({ a: 1 })
    expect(signature).toBe(createHmac('sha256', NEW_KEY).update(`__Host-iam_auth=${value}`).digest('base64url'))
  })

  it('opens with any key in force, and is signed with the newest', () => {
    const old = pairOf(make(OLD_KEY).seal({ a: 1 }))
    const both = make(NEW_KEY, OLD_KEY)
    expect(both.open(old.value, old.signature)).toEqual({ a: 1 })
    expect(make(NEW_KEY).open(old.value, old.signature)).toBeUndefined()
    const fresh = pairOf(both.seal({ a: 1 }))
    expect(make(NEW_KEY).open(fresh.value, fresh.signature)).toEqual({ a: 1 })
  })

  it('that is signed but no session is none', () => {
    const sign = (value: string) => createHmac('sha256', NEW_KEY).update(`__Host-iam_auth=${value}`).digest('base64url')
    for (const value of ['', 'e30', 'bm90IEpTT04=', '"e30="']) {
      expect(parseSessionPayload(make(NEW_KEY).open(value, sign(value)))).toBeUndefined()
    }
  })
})

describe('what is in a session cookie', () => {
  const PAYLOAD = { origin: 'https://a.example', sid: 'x', iatSeconds: 1, expSeconds: 2, arn: 'arn', userId: 'id' }

  it('comes out as it went in', () => {
    expect(parseSessionPayload(formatSessionPayload(PAYLOAD))).toEqual(PAYLOAD)
  })

  it.each([
    { v: 2 },
    { org: 'a.example' },
    { org: 1 },
    { sid: 1 },
    { iat: '1' },
    { exp: 1.5 },
    { exp: null },
    { arn: 1 },
    { uid: undefined },
  ])('is nothing else: %j', (over) => {
    expect(parseSessionPayload({ ...formatSessionPayload(PAYLOAD), ...over })).toBeUndefined()
  })
})
