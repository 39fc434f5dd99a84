import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { connectRaw, requestBytes, sendRaw, startOrigin, startProxy, startRawOrigin, waitFor } from '../server/rig.js'

const EMPTY_200 = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

test('requests of one client and of many use the pool', async () => {
  let connections = 0
  // All twenty are in flight before the first is answered.
  const waiting: (() => void)[] = []
  let atOnce = 1
  const origin = await startOrigin((_, response) => {
    waiting.push(() => void response.end('ok'))
    if (waiting.length === atOnce) for (const answer of waiting.splice(0)) answer()
  })
  origin.server.on('connection', () => {
    connections += 1
  })
  const proxy = await startProxy()
  for (let i = 0; i < 5; i++) await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /ok$/)
  expect(connections).toBe(1)
  atOnce = 20
  const clients = Array.from({ length: 20 }, () => connectRaw(proxy.port))
  for (const client of clients) client.write(requestBytes(`${origin.url}/`))
  await Promise.all(clients.map((client) => client.until(/ok$/)))
  const after = connections
  for (const client of clients) client.write(requestBytes(`${origin.url}/`))
  await Promise.all(clients.map((client) => client.until(/ok.*ok$/s)))
  expect(connections).toBe(after)
})

/** Answers once per connection; on a second request it hangs up without a word: what a stale connection looks like. */
async function startForgetfulOrigin() {
  const served = new WeakSet<object>()
  return startRawOrigin((socket) => {
    if (served.has(socket)) {
      socket.resetAndDestroy()
      return
    }
    served.add(socket)
    socket.write(EMPTY_200)
  })
}

test.each([
  ['GET', [], '', true],
  ['HEAD', [], '', true],
  ['DELETE', [], '', true],
  ['PUT', ['Content-Length: 3'], 'abc', true],
  ['POST', ['Content-Length: 3'], 'abc', false],
  ['POST', [], '', false],
])('%s %j on a stale connection is sent once more: %4$s', async (method, lines, body, isRetried) => {
  const origin = await startForgetfulOrigin()
  const proxy = await startProxy()
  await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\r\n\r\n/)
  const answer = await sendRaw(proxy.port, requestBytes(`${origin.url}/`, lines, method) + body, /\r\n\r\n/)
  expect(answer).toMatch(isRetried ? /^HTTP\/1.1 200 / : /^HTTP\/1.1 502 /)
  expect(origin.heads).toHaveLength(isRetried ? 3 : 2)
})

test('a request that dies on a fresh connection is not sent again', async () => {
  const origin = await startRawOrigin((socket) => socket.resetAndDestroy())
  const proxy = await startProxy()
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\n$/)).toMatch(/^HTTP\/1.1 502 /)
  expect(origin.heads).toHaveLength(1)
})

test('after a stale connection its siblings are not tried', async () => {
  const origin = await startForgetfulOrigin()
  const proxy = await startProxy()
  const clients = Array.from({ length: 5 }, () => connectRaw(proxy.port))
  for (const client of clients) client.write(requestBytes(`${origin.url}/`))
  await Promise.all(clients.map((client) => client.until(/\r\n\r\n/)))
  expect(await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\r\n\r\n/)).toMatch(/^HTTP\/1.1 200 /)
  await waitFor(() => origin.open.size === 1)
})

test('a server’s Keep-Alive hint is heeded before its time is up', async () => {
  const used = new Set<Socket>()
  const origin = await startRawOrigin((socket) => {
    used.add(socket)
    socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n')
  })
  const proxy = await startProxy()
  const ask = () => sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\r\n\r\n/)
  await ask()
  await ask()
  expect(used.size).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 600))
  await ask()
  expect(used.size).toBe(2)
})
