import net from 'node:net'
import tls from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { listenAsOrigin, requestBytes, sendRaw, startProxy } from '../../server/rig.js'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../localhost-certificate.js'

test.each([
  ['a record that is none', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a record with a bad MAC', Buffer.concat([Buffer.from([0x17, 3, 3, 0, 40]), Buffer.alloc(40, 7)])],
])('%s right behind a handshake fails one request, not the process', async (_, garbage) => {
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', note)
  onTestFinished(() => void process.off('uncaughtException', note))
  const behind = await listenAsOrigin(
    tls.createServer(
      { key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE },
      (socket) => void socket.on('error', () => {}),
    ),
  )
  const front = await listenAsOrigin(
    net.createServer((client) => {
      const service = net.connect(behind.port, '127.0.0.1')
      client.on('error', () => {})
      service.on('error', () => {})
      client.pipe(service)
      service.once('data', (flight) => client.write(Buffer.concat([flight, garbage])))
    }),
  )
  const proxy = await startProxy({ upstream: { ca: [LOCALHOST_CERTIFICATE], connectTimeoutMs: 2000 } })
  const answer = await sendRaw(proxy.port, requestBytes(`https://localhost:${front.port}/`), /\n$/)
  expect(answer).toMatch(/^HTTP\/1.1 502 /)
  expect(uncaught).toEqual([])
})
