import { describe, expect, it } from 'vitest'
import { createSessionJar, sessionFrom } from '../../src/login/sessions.js'

describe('the session in Set-Cookie lines', () => {
  it('is every cookie that is set', () => {
    const lines = ['session=s; Path=/; HttpOnly', 'session.sig=t; Path=/']
    expect(sessionFrom(lines, 5)).toEqual({
      pairs: [
        { name: 'session', value: 's' },
        { name: 'session.sig', value: 't' },
      ],
      setCookieLines: lines,
      obtainedAt: 5,
    })
  })

  it.each([
    ['nothing', []],
    ['the challenge’s cookie', ['__Host-iam_auth_c=x; Path=/', 'iam_auth_c=x']],
    ['a cookie that is taken away', ['session=; Max-Age=0', 'other=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT']],
    ['a line without a pair', ['novalue; Path=/']],
  ])('is not %s', (_, lines) => {
    expect(sessionFrom(lines, 0)).toBeUndefined()
  })

  it('passes a removal on beside what is set, and keeps it out of the pairs', () => {
    const session = sessionFrom(['old=; Max-Age=0', 'new=n', '__Host-iam_auth_c=; Max-Age=0'], 0)
    expect(session).toMatchObject({
      pairs: [{ name: 'new', value: 'n' }],
      setCookieLines: ['old=; Max-Age=0', 'new=n'],
    })
  })
})

describe('the jar', () => {
  const session = (value: string) => ({ pairs: [{ name: 's', value }], setCookieLines: [], obtainedAt: 0 })

  it('keeps the last session of an origin until it is dropped', () => {
    const jar = createSessionJar()
    jar.put('https://a.example', session('1'))
    jar.put('https://a.example', session('2'))
    expect(jar.get('https://a.example')).toEqual(session('2'))
    expect(jar.get('https://b.example')).toBeUndefined()
    jar.drop('https://a.example')
    expect(jar.get('https://a.example')).toBeUndefined()
  })

  it('keeps a thousand origins, and forgets the oldest for one more', () => {
    const jar = createSessionJar()
    for (let index = 0; index <= 1000; index++) jar.put(`https://${index}.example`, session(String(index)))
    expect(jar.get('https://0.example')).toBeUndefined()
    expect(jar.get('https://1.example')).toBeDefined()
    expect(jar.get('https://1000.example')).toBeDefined()
  })
})
