import { expect, test } from 'vitest'
import { createProxyAuthCheck } from '../../src/server/proxy-auth.js'
import { connectRaw, requestBytes, sendRaw, startProxy, startRawOrigin } from './rig.js'

const AUTH = { user: 'me', password: 'päss:word' }
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

test.each([
  [basic('me:päss:word'), true],
  [basic('me:päss:word').replace('Basic', 'bASIC '), true],
  [basic('me:wrong'), false],
  [basic('you:päss:word'), false],
  [basic('me:päss:word2'), false],
  [basic('me'), false],
  ['Basic', false],
  ['Basic !!', false],
  ['Bearer x', false],
  ['', false],
  [undefined, false],
])('%s is accepted: %s', (credentials, expected) => {
  expect(createProxyAuthCheck(AUTH)(credentials)).toBe(expected)
})

test('a user that cannot be sent is misuse', () => {
  expect(() => createProxyAuthCheck({ user: 'a:b', password: 'x' })).toThrow(TypeError)
})

test.each(['GET', 'CONNECT', 'upgrade'])('%s without the password is a 407 and reaches nobody', async (kind) => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy({ proxyAuth: AUTH })
  const request = {
    GET: requestBytes(`${origin.url}/`),
    CONNECT: `CONNECT ${origin.host} HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`,
    upgrade: requestBytes(`${origin.url}/`, ['Connection: Upgrade', 'Upgrade: websocket']),
  }[kind]
  const answer = await sendRaw(proxy.port, request ?? '', /password\n$/)
  expect(answer).toMatch(/^HTTP\/1.1 407 .*Proxy-Authenticate: Basic realm="iam-auth-proxy", charset="UTF-8"\r\n/s)
  expect(origin.open.size).toBe(0)
})

test('two Proxy-Authorization lines are none', async () => {
  const proxy = await startProxy({ proxyAuth: AUTH })
  const lines = [`Proxy-Authorization: ${basic('me:päss:word')}`, 'Proxy-Authorization: Basic eDp5']
  expect(await sendRaw(proxy.port, requestBytes('http://127.0.0.1:1/', lines), /\n$/)).toMatch(/^HTTP\/1.1 407 /)
})

test('strangers may not idle for ever: clients of a proxy with a password are told how long they may', async () => {
  const proxy = await startProxy({ proxyAuth: AUTH })
  const answer = await sendRaw(proxy.port, requestBytes('http://127.0.0.1:1/'), /\n$/)
  expect(answer).toMatch(/^HTTP\/1.1 407 .*\r\nKeep-Alive: timeout=65\r\n/s)
})

test('with the password the request goes on, without it', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy({ proxyAuth: AUTH })
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`))
  await client.until(/407 .*\n$/s)
  client.write(requestBytes(`${origin.url}/`, [`Proxy-Authorization: ${basic('me:päss:word')}`]))
  await client.until(/200 OK/)
  expect(origin.heads[0]).not.toMatch(/proxy-auth/i)
})
