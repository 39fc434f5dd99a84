import type { LookupAddress } from 'node:dns'
import net from 'node:net'
import { expect, test } from 'vitest'
import { createDestinationPolicy } from '../../src/server/destinations.js'
import { createDirectDial } from '../../src/upstream/direct.js'
import { listenAsOrigin } from '../server/rig.js'

function dialWith(addresses: readonly string[], allowLoopback: boolean) {
  const asked: string[] = []
  const dial = createDirectDial({
    destinationPolicy: createDestinationPolicy({ allowLoopback, isTrusted: () => false }),
    connectTimeoutMs: 1000,
    resolve(hostname, callback) {
      asked.push(hostname)
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: net.isIP(address) })),
      )
    },
  })
  return { dial, asked }
}

test.each([
  [['127.0.0.1']],
  [['::1']],
  [['::ffff:127.0.0.1']],
  [['192.0.2.1', '127.0.0.1']],
  [['169.254.169.254']],
  [['64:ff9b::7f00:1', '192.0.2.1']],
])('refuses a name that resolves to %j', async (addresses) => {
  const { dial } = dialWith(addresses, false)
  await expect(dial({ host: 'rebind.example', port: 80 })).rejects.toMatchObject({ code: 'EDESTINATION' })
})

test('dials the very address it has checked: one look-up a connection', async () => {
  const { port } = await listenAsOrigin(net.createServer())
  const { dial, asked } = dialWith(['127.0.0.1'], true)
  const socket = await dial({ host: 'a.example', port })
  expect(socket.remoteAddress).toBe('127.0.0.1')
  expect(asked).toEqual(['a.example'])
  socket.destroy()
})

test('goes on to the second address when the first refuses', async () => {
  const { port } = await listenAsOrigin(net.createServer())
  const { dial } = dialWith(['::1', '127.0.0.1'], true)
  const socket = await dial({ host: 'a.example', port })
  expect(socket.remoteAddress).toBe('127.0.0.1')
  socket.destroy()
})

test('an IPv6 address that leads nowhere costs less than a second', async () => {
  const { port } = await listenAsOrigin(net.createServer())
  // RFC 3849: for documentation, so nobody has it. Unreachable at once, or silent for Node's 250 ms an attempt.
  const { dial } = dialWith(['2001:db8::1', '127.0.0.1'], true)
  const socket = await dial({ host: 'a.example', port })
  expect(socket.remoteAddress).toBe('127.0.0.1')
  socket.destroy()
})

test.each(['x.localhost', 'localhost.', 'x.localhost.'])('%s is localhost', async (host) => {
  const { port } = await listenAsOrigin(net.createServer())
  const { dial, asked } = dialWith(['127.0.0.1'], true)
  const socket = await dial({ host, port })
  expect(asked).toEqual(['localhost'])
  socket.destroy()
})

test('a name nobody knows is the resolver’s error', async () => {
  const dial = createDirectDial({
    destinationPolicy: createDestinationPolicy({ allowLoopback: false, isTrusted: () => false }),
    connectTimeoutMs: 1000,
    resolve: (_, callback) => callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []),
  })
  await expect(dial({ host: 'a.example', port: 80 })).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

test('gives up in time', async () => {
  const server = net.createServer()
  const { port } = await listenAsOrigin(server)
  const dial = createDirectDial({
    destinationPolicy: createDestinationPolicy({ allowLoopback: true, isTrusted: () => false }),
    connectTimeoutMs: 30,
    resolve: () => {},
  })
  await expect(dial({ host: 'slow.example', port })).rejects.toMatchObject({ code: 'ETIMEDOUT' })
})
