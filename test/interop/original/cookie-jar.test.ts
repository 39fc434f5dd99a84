import { expect, test } from 'vitest'
import { createCookieJar } from './cookie-jar.js'

const at = (path: string) => new URL(`http://a.test${path}`)

test.each([
  ['a=1; Path=/', '/x', 'a=1'],
  ['a=b=c; HttpOnly; Path=/', '/', 'a=b=c'],
  ['a=1; Path=/auth', '/auth/x', 'a=1'],
  ['a=1; Path=/auth', '/author', ''],
  ['a=1', '/auth/y', 'a=1'],
  ['a=1', '/', ''],
  ['a=1; Path=/; Max-Age=0', '/', ''],
  ['a=1; Path=/; Max-Age=60', '/', 'a=1'],
  ['a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', '/', ''],
  ['a=1; Path=/; Secure', '/', ''],
])('%s of /auth/x is sent to %s as "%s"', (line, path, header) => {
  const jar = createCookieJar()
  jar.keep(at('/auth/x'), [line])
  expect(jar.header(at(path))).toBe(header)
})

test('a cookie is replaced by its name and path, and shared by the ports of a host', () => {
  const jar = createCookieJar()
  jar.keep(at('/'), ['a=1; Path=/', 'b=2; Path=/'])
  jar.keep(at('/'), ['a=3; Path=/', 'b=; Path=/; Max-Age=0'])
  expect(jar.header(new URL('http://a.test:8080/'))).toBe('a=3')
  expect(jar.header(new URL('http://b.test/'))).toBe('')
})
