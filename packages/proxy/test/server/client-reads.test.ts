import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ClientReads } from '../../src/server/client-reads.js'

test('a sink gets a copy of what was read into the buffer that all clients share', () => {
  const reads = new ClientReads(() => {})
  const socket = new Socket()
  reads.start(socket)
  const shared = reads.nextBuffer()
  const given: Buffer[] = []
  const own = Buffer.alloc(8)
  reads.divertTo({
    isAttached: true,
    nextBuffer: () => own,
    onRead: (size, buffer) => given.push(buffer.subarray(0, size)) > 0,
  })
  shared.write('first')
  reads.onRead(5, shared)
  shared.write('other')
  expect(given.map(String)).toEqual(['first'])
  expect(reads.nextBuffer()).toBe(own)
  expect(new ClientReads(() => {}).nextBuffer()).toBe(shared)
  socket.destroy()
})
