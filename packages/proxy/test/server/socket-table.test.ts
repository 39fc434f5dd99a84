import { endianness } from 'node:os'
import { describe, expect, test } from 'vitest'
import { findOwner, keysOf, tableKeys } from '../../src/server/socket-table.js'

const at = (address: string, port: number) => ({ address, port })
const V4 = tableKeys(at('127.0.0.1', 42225), at('127.0.0.1', 8080))
const V6 = tableKeys(at('::1', 42225), at('::1', 8080))

describe.skipIf(endianness() !== 'LE')('a socket in the kernel’s tables', () => {
  test('is looked for by both its ends, IPv4 also where an IPv6 socket speaks it', () => {
    expect(V4).toEqual({
      tcp: ': 0100007F:A4F1 0100007F:1F90 ',
      tcp6: ': 0000000000000000FFFF00000100007F:A4F1 0000000000000000FFFF00000100007F:1F90 ',
    })
    expect(V6).toEqual({
      tcp: undefined,
      tcp6: ': 00000000000000000000000001000000:A4F1 00000000000000000000000001000000:1F90 ',
    })
    expect(tableKeys(at('fd00:ec2::254%2', 1), at('2001:db8::1', 65535)).tcp6).toBe(
      ': C20E00FD000000000000000054020000:0001 B80D0120000000000000000001000000:FFFF ',
    )
  })

  test('IPv4 as a listener on IPv6 shows it is the same', () => {
    expect(tableKeys(at('::ffff:127.0.0.1', 42225), at('::ffff:7f00:1', 8080))).toEqual(V4)
  })
})

const line = (key: string, { state = '01', uid = 1000, inode = 204361 } = {}) =>
  `  12${key}${state} 00000000:00000000 02:000A7214 00000000 ${String(uid).padStart(5)}        0 ${inode} 2 000000007c1c51f9 20 4 30 10 -1\n`
const KEY = V4.tcp ?? ''

test.each<[what: string, lines: string, owner: number | 'nobody' | undefined]>([
  ['of a user', line(KEY), 1000],
  ['of a user who has ended its sending', line(KEY, { state: '05' }), 1000],
  ['among others', line(V6.tcp6, { uid: 7 }) + line(KEY, { uid: 4_294_967_294 }) + line(V6.tcp6), 4_294_967_294],
  ['of root', line(KEY, { uid: 0 }), 0],
  ['that no process holds any more, shown as root’s', line(KEY, { state: '05', uid: 0, inode: 0 }), 'nobody'],
  ['in TIME_WAIT', line(KEY, { state: '06', uid: 0, inode: 0 }), 'nobody'],
  ['that is only about to connect, after another', line(KEY, { state: '02' }), 'nobody'],
  ['of our own end of the connection', line(': 0100007F:1F90 0100007F:A4F1 '), undefined],
  ['of the same port to elsewhere', line(': 0100007F:A4F1 0200007F:1F90 '), undefined],
  ['of a longer port', line(': 0100007F:A4F1 0100007F:1F900 '), undefined],
  ['in no line', '', undefined],
])('the owner of a socket %s', (_, lines, owner) => {
  expect(findOwner(`  sl  local_address rem_address   st\n${lines}`, KEY)).toBe(owner)
})

test('the keys of a table are those of its lines', () => {
  const lines = `  sl  local_address rem_address   st\n${line(KEY)}${line(V6.tcp6)}`
  expect([...keysOf(lines)].filter((key) => key.startsWith(': '))).toEqual([KEY, V6.tcp6])
  expect(keysOf('').size).toBe(0)
})
