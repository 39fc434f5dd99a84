import { createHash, randomBytes } from 'node:crypto'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { startSocksServer } from '../upstream/socks-server.js'
import { connectRaw, listenAsOrigin, requestBytes, sendRaw, startProxy, startRawOrigin, waitFor } from './rig.js'

const connectTo = (host: string) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`
const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n'

test('a tunnel that has been here before is refused', async () => {
  const origin = await startRawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const proxy = await startProxy()
  await sendRaw(proxy.port, requestBytes(`${origin.url}/`), /\r\n\r\n/)
  const [via = ''] = /^Via: .*$/m.exec(origin.heads[0] ?? '') ?? []
  expect(via).toMatch(/^Via: 1\.1 iam-auth-proxy-/)
  const host = `127.0.0.1:${origin.port}`
  const answer = await sendRaw(proxy.port, `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${via}\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 508 /)
})

/** The same contract for every route. */
describe.each(['direct', 'socks'])('a tunnel (%s)', (route) => {
  async function startRoute() {
    if (route === 'direct') return startProxy()
    const socks = await startSocksServer()
    return startProxy({ upstream: { socks: { host: '127.0.0.1', port: socks.port } } })
  }

  async function startEcho(onConnection: (socket: net.Socket) => void = (socket) => void socket.pipe(socket)) {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {})
      onConnection(socket)
    })
    return listenAsOrigin(server)
  }

  test('carries bytes untouched, also those sent with the request', async () => {
    const origin = await startEcho()
    const proxy = await startRoute()
    const client = connectRaw(proxy.port)
    client.write(`${connectTo(origin.host)}\x16\x03\x01 early`)
    expect(await client.until(/early$/)).toBe(`${ESTABLISHED}\x16\x03\x01 early`)
    client.write('\x00\xff late')
    expect(await client.until(/late$/)).toBe(`${ESTABLISHED}\x16\x03\x01 early\x00\xff late`)
  })

  test('carries what the server says first', async () => {
    const origin = await startEcho((socket) => void socket.write('SSH-2.0-x\r\n'))
    const proxy = await startRoute()
    expect(await sendRaw(proxy.port, connectTo(origin.host), /SSH/)).toBe(`${ESTABLISHED}SSH-2.0-x\r\n`)
  })

  test('carries 64 MiB each way, whole and in order', async () => {
    const origin = await startEcho()
    const proxy = await startRoute()
    const client = connectRaw(proxy.port)
    client.write(connectTo(origin.host))
    await client.until(/established\r\n\r\n/)
    client.socket.removeAllListeners('data')
    const sent = createHash('sha256')
    const received = createHash('sha256')
    let size = 0
    const done = new Promise<void>((resolve) => {
      client.socket.on('data', (chunk) => {
        received.update(chunk)
        size += chunk.length
        if (size === 64 * 1024 * 1024) resolve()
      })
    })
    for (let i = 0; i < 64; i++) {
      const block = randomBytes(1024 * 1024)
      sent.update(block)
      if (!client.write(block)) await new Promise((resolve) => client.socket.once('drain', resolve))
    }
    await done
    expect(received.digest('hex')).toBe(sent.digest('hex'))
  })

  test('a client that does not read holds the server back', async () => {
    let sent = 0
    const block = Buffer.alloc(1024 * 1024)
    const origin = await startEcho((socket) => {
      const push = () => {
        if (socket.destroyed) return
        do sent += block.length
        while (socket.write(block))
        socket.once('drain', push)
      }
      push()
    })
    const proxy = await startRoute()
    const client = connectRaw(proxy.port)
    client.write(connectTo(origin.host))
    await client.until(/established\r\n\r\n/)
    client.socket.pause()
    let last = -1
    let still = 0
    await waitFor(() => {
      still = last === sent ? still + 1 : 0
      last = sent
      return still > 40
    })
    expect(sent).toBeLessThan(40 * block.length)
    client.socket.resume()
    await waitFor(() => sent > last + 100 * block.length)
  })

  test('an end is passed on as an end, and the other direction goes on', async () => {
    const origin = await startEcho((socket) => {
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('end', () => setTimeout(() => socket.end(`got ${text}`), 30))
    })
    const proxy = await startRoute()
    const client = connectRaw(proxy.port)
    client.write(connectTo(origin.host))
    await client.until(/established\r\n\r\n/)
    client.socket.end('all of it')
    await client.ended
    expect(client.text()).toBe(`${ESTABLISHED}got all of it`)
    await waitFor(() => origin.open.size === 0)
  })

  test('an end from the server is passed on, and the client may still talk', async () => {
    let text = ''
    const origin = await startEcho((socket) => {
      socket.end('bye')
      socket.on('data', (chunk) => {
        text += chunk
      })
    })
    const proxy = await startRoute()
    const client = connectRaw(proxy.port)
    client.write(connectTo(origin.host))
    await client.ended
    client.socket.end('still here')
    await waitFor(() => text === 'still here')
    await client.closed
    expect(client.text()).toBe(`${ESTABLISHED}bye`)
  })

  test.each(['client', 'server'])('the death of the %s is the death of the other', async (side) => {
    const sockets: net.Socket[] = []
    const origin = await startEcho((socket) => void sockets.push(socket))
    const proxy = await startRoute()
    const client = connectRaw(proxy.port)
    client.write(connectTo(origin.host))
    await client.until(/established\r\n\r\n/)
    await waitFor(() => sockets.length === 1)
    if (side === 'client') client.socket.resetAndDestroy()
    else sockets[0]?.resetAndDestroy()
    await client.closed
    await waitFor(() => origin.open.size === 0)
  })

  test('a server that refuses the connection is a 502 that says so', async () => {
    const proxy = await startRoute()
    const answer = await sendRaw(proxy.port, connectTo('127.0.0.1:1'))
    const reason = /^HTTP\/1\.1 502 (127\.0\.0\.1:1 refuses connections.*)\r\n/.exec(answer)?.[1]
    expect(reason).toBeDefined()
    expect(answer).toContain(`Proxy-Status: iam-auth-proxy; error=connection_refused; details="${reason}"\r\n`)
  })
})

test.each([
  'a.example',
  'a.example:',
  'a.example:0',
  'a.example:65536',
  'a.example:99999999',
  'a.example:http',
  'a.example:-1',
  'a.example:+80',
  ':443',
  'a@b.example:443',
  '[::1:443',
  'http://a.example:443',
  'a.example:443/x',
  'a b:443',
])('CONNECT %s is a 400', async (target) => {
  const proxy = await startProxy()
  const answer = await sendRaw(proxy.port, `CONNECT ${target} HTTP/1.1\r\nHost: a.example\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 400 /)
})

test.each([
  '127.0.0.1:1',
  '[::1]:1',
  'localhost:1',
  '169.254.169.254:80',
  '0x7f.1:1',
  '2130706433:1',
  '[::ffff:127.0.0.1]:1',
])('CONNECT %s is a 403 where nobody trusts it', async (target) => {
  const proxy = await startProxy({ allowLoopback: false })
  expect(await sendRaw(proxy.port, connectTo(target))).toMatch(/^HTTP\/1.1 403 Not forwarded: /)
})

test('a client that leaves before the server is reached leaves nothing behind', async () => {
  const proxy = await startProxy({ upstream: { connectTimeoutMs: 300 } })
  const client = connectRaw(proxy.port)
  // TEST-NET-1: packets go nowhere, or the system says so at once.
  client.write(connectTo('192.0.2.1:443'))
  client.socket.destroy()
  await client.closed
  await proxy.server.close()
})
