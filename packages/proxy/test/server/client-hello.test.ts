import net from 'node:net'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { parseClientHello } from '../../src/server/client-hello.js'

/** What a real client says first. */
async function helloOf(options: tls.ConnectionOptions): Promise<Buffer> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  const accepted = new Promise<Buffer>((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => {})
      socket.once('data', (bytes) => {
        resolve(bytes)
        socket.destroy()
      })
    })
  })
  tls.connect({ host: '127.0.0.1', port, ...options }).on('error', () => {})
  const bytes = await accepted
  server.close()
  return bytes
}

/** One record for each part. */
function inRecords(hello: Buffer, size: number): Buffer {
  const body = hello.subarray(5)
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size)
    parts.push(Buffer.from([0x16, 3, 1, part.length >> 8, part.length & 255]), part)
  }
  return Buffer.concat(parts)
}

describe('a client’s hello', () => {
  test('says the name and the protocols', async () => {
    const bytes = await helloOf({ servername: 'Wiki.example.com', ALPNProtocols: ['h2', 'http/1.1'] })
    expect(parseClientHello(bytes)).toEqual({ serverName: 'Wiki.example.com', protocols: ['h2', 'http/1.1'] })
  })

  test('says neither where the client does not', async () => {
    expect(parseClientHello(await helloOf({ servername: '' }))).toEqual({ serverName: undefined, protocols: undefined })
  })

  test('may come in TLS 1.2', async () => {
    const bytes = await helloOf({ servername: 'a.example', maxVersion: 'TLSv1.2' })
    expect(parseClientHello(bytes)).toMatchObject({ serverName: 'a.example' })
  })

  test('is incomplete wherever it is cut, in one record or many', async () => {
    const whole = await helloOf({ servername: 'a.example', ALPNProtocols: ['h2'] })
    for (const bytes of [whole, inRecords(whole, 50), inRecords(whole, 1)]) {
      expect(parseClientHello(bytes)).toEqual({ serverName: 'a.example', protocols: ['h2'] })
      for (let end = 0; end < bytes.length; end++) {
        expect(parseClientHello(bytes.subarray(0, end)), `${end} of ${bytes.length}`).toBe('incomplete')
      }
    }
  })

  test.each<[string, (hello: Buffer) => Buffer]>([
    ['another record type', (hello) => Buffer.from([0x17, ...hello.subarray(1)])],
    ['another major version', (hello) => Buffer.from([0x16, 2, ...hello.subarray(2)])],
    ['another handshake message', (hello) => Buffer.from([...hello.subarray(0, 5), 2, ...hello.subarray(6)])],
    ['an empty record', (hello) => Buffer.concat([Buffer.from([0x16, 3, 1, 0, 0]), hello])],
    ['a session id beyond the end', (hello) => Buffer.from(hello.map((byte, at) => (at === 43 ? 255 : byte)))],
    ['no end', () => Buffer.concat([Buffer.from([0x16, 3, 1, 0xff, 0xff, 1, 0xff, 0xff, 0xff]), Buffer.alloc(17_000)])],
  ])('is none with %s', async (_, change) => {
    const hello = await helloOf({ servername: 'a.example' })
    expect(parseClientHello(change(hello))).toBeUndefined()
  })
})
