import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createOwnUserCheck } from '../../src/server/admission.js'
import { createUidOfPeer, type UidOfPeer } from '../../src/server/peer-uid.js'
import { connectRaw, noLog, requestBytes, sendRaw, startProxy, startRawOrigin, waitFor } from './rig.js'

const EMPTY_200 = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
const OWN = 1000

/** A proxy of user 1000 that takes its clients for whom the test says they are. */
async function startGuarded(uidOfPeer: UidOfPeer) {
  const warnings: [object, string][] = []
  const log = { ...noLog, warn: (fields: object, message: string) => void warnings.push([fields, message]) }
  const proxy = await startProxy({ admit: createOwnUserCheck({ uidOfPeer, ownUid: OWN, log }) })
  return { ...proxy, warnings }
}

const kinds: [kind: string, request: (url: string) => string][] = [
  ['GET', (url) => requestBytes(url)],
  ['POST with a body', (url) => `${requestBytes(url, ['Content-Length: 3'], 'POST')}abc`],
  ['CONNECT', (url) => `CONNECT ${new URL(url).host} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n\r\nearly`],
  ['upgrade', (url) => requestBytes(url, ['Connection: Upgrade', 'Upgrade: websocket'])],
  ['upgrade that is an ordinary request to us', (url) => requestBytes(url, ['Connection: Upgrade', 'Upgrade: h2c'])],
  ['request for the proxy itself', () => 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
]

describe.each(kinds)('a %s', (_, request) => {
  test.each<[who: string, uidOfPeer: UidOfPeer, reason: object]>([
    ['another user', async () => 1001, { uid: 1001 }],
    ['somebody the system does not know', async () => undefined, { uid: 'unknown' }],
    ['anybody where the system does not say', () => Promise.reject(new Error('EACCES')), { error: 'EACCES' }],
  ])('of %s gets a 403 that says what to do, and nothing is dialled', async (_who, uidOfPeer, reason) => {
    const origin = await startRawOrigin(EMPTY_200)
    const proxy = await startGuarded(uidOfPeer)
    for (let connection = 0; connection < 3; connection += 1) {
      const answer = await sendRaw(proxy.port, request(`${origin.url}/`), /--proxy-auth-file.*\n$/)
      expect(answer).toMatch(
        /^HTTP\/1.1 403 .*error=http_request_denied(?:; details="this proxy serves only[^\r]*")?\r\n/s,
      )
      expect(answer).not.toMatch(/access-control/i)
    }
    expect(origin.sockets).toEqual([])
    expect(proxy.warnings).toEqual([[reason, expect.stringContaining('refused')]])
  })

  test('of another user is the last on its connection', async () => {
    const proxy = await startGuarded(async () => 1001)
    const client = connectRaw(proxy.port)
    client.write(request('http://127.0.0.1:1/'))
    await client.until(/--proxy-auth-file.*\n$/)
    await client.ended
  })

  test('of the user, and of root, is served once the system has said who it is', async () => {
    for (const uid of [OWN, 0]) {
      const origin = await startRawOrigin(EMPTY_200)
      let say: (uid: number) => void = () => {}
      const proxy = await startGuarded(() => new Promise((resolve) => (say = resolve)))
      const client = connectRaw(proxy.port)
      client.write(request(`${origin.url}/`))
      await new Promise((resolve) => setImmediate(resolve))
      expect(client.text()).toBe('')
      expect(origin.sockets).toEqual([])
      say(uid)
      expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 (?:200|421) /)
      expect(proxy.warnings).toEqual([])
    }
  })
})

test('requests that came before the decision are answered in order, bodies whole; the next ones ask nobody', async () => {
  const origin = await startRawOrigin((socket, head, rest) =>
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n${head.slice(5, 6)}${rest.length}.`),
  )
  let asked = 0
  let say: (uid: number) => void = () => {}
  const proxy = await startGuarded(() => {
    asked += 1
    return new Promise((resolve) => (say = resolve))
  })
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/1`) + requestBytes(`${origin.url}/2`))
  await waitFor(() => asked === 1)
  say(OWN)
  await client.until(/10\..*20\./s)
  client.write(requestBytes(`${origin.url}/3`))
  await client.until(/10\..*20\..*30\./s)
  expect(asked).toBe(1)
})

test.each([
  ['a CONNECT', 'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n'],
  ['an upgrade', requestBytes('http://127.0.0.1:1/', ['Connection: Upgrade', 'Upgrade: websocket'])],
])('%s behind a request that waits for the decision ends the connection', async (_, following) => {
  const origin = await startRawOrigin(EMPTY_200)
  const proxy = await startGuarded(() => new Promise(() => {}))
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`) + following)
  await client.ended
  expect(client.text()).toBe('')
  expect(origin.sockets).toEqual([])
})

test('a client that is done sending before the decision gets its answer, and one that gets none is given up', async () => {
  for (const answer of [EMPTY_200, '']) {
    const origin = await startRawOrigin((socket) => void (answer && socket.write(answer)))
    let say: ((uid: number) => void) | undefined
    const proxy = await startGuarded(() => new Promise((resolve) => (say = resolve)))
    const client = connectRaw(proxy.port)
    client.socket.end(requestBytes(`${origin.url}/`))
    const decide = await waitFor(() => say)
    // Time for its end to arrive.
    await new Promise((resolve) => setTimeout(resolve, 50))
    decide(OWN)
    if (answer) expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 200 /)
    else await client.closed
    await waitFor(() => origin.heads.length === 1)
    const { http1 } = proxy.upstream.wayOf({ scheme: 'http', host: '127.0.0.1', port: 80 })
    await waitFor(() => http1.counts.open === http1.counts.idle)
  }
})

test('a client that leaves before the decision leaves nothing behind', async () => {
  const origin = await startRawOrigin(() => {})
  let say: ((uid: number) => void) | undefined
  const proxy = await startGuarded(() => new Promise((resolve) => (say = resolve)))
  const clients = [requestBytes(origin.url), `CONNECT ${origin.host} HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`]
  for (const request of clients) {
    say = undefined
    const client = connectRaw(proxy.port)
    client.write(request)
    const decide = await waitFor(() => say)
    client.socket.resetAndDestroy()
    await client.closed
    decide(OWN)
  }
  // A connection that was being opened for one that has left may wait for the next request.
  const { http1 } = proxy.upstream.wayOf({ scheme: 'http', host: '127.0.0.1', port: 80 })
  await waitFor(() => http1.counts.open === http1.counts.idle && origin.open.size === http1.counts.idle)
})

const FIRES_AND_LEAVES = `
const [port, request] = process.argv.slice(1)
const socket = require('net').connect(port, '127.0.0.1', () => socket.write(request, () => socket.destroy()))
`

describe.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('a real other user', () => {
  test('is not taken for root for having left before it was looked for', async () => {
    const origin = await startRawOrigin(EMPTY_200)
    let hasExited: ((value: unknown) => void) | undefined
    const uidOfPeer = createUidOfPeer()
    const uids: unknown[] = []
    const exit = new Promise((resolve) => (hasExited = resolve))
    const proxy = await startGuarded(async (peer, own) => {
      await exit
      const uid = await uidOfPeer(peer, own)
      uids.push(uid)
      return uid
    })
    const request = requestBytes(`${origin.url}/delete-everything`, [], 'DELETE')
    const args = ['-e', FIRES_AND_LEAVES, String(proxy.port), request]
    const child = spawn(process.execPath, args, { uid: 65_534, gid: 65_534, cwd: '/' })
    onTestFinished(() => void child.kill())
    await once(child, 'exit')
    hasExited?.(undefined)
    await waitFor(() => uids.length > 0)
    expect(uids).toEqual([undefined])
    expect(origin.sockets).toEqual([])
  })
})
