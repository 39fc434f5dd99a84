import type { Socket } from 'node:net'
import net from 'node:net'
import { formatHostPort } from '../config/host-port.js'
import type { DialTarget } from './dial.js'
import { UpstreamError } from './dial.js'
import { addressBytes } from './ip-bytes.js'
import { readExactly } from './read-exactly.js'
import type { SocksServer } from './socks.js'

export interface Socks5Negotiation {
  readonly server: SocksServer
  readonly target: DialTarget
  readonly timeoutMs: number
}

const VERSION = 5
const NO_AUTHENTICATION = 0x00
const USER_AND_PASSWORD = 0x02
const CONNECT = 0x01
const ADDRESS_SIZE: Readonly<Record<number, number>> = { 1: 4, 4: 16 }

/** RFC 1928 §6, worded for the person at the browser. */
const REPLIES: Readonly<Record<number, readonly [code: string, what: string]>> = {
  1: ['ESOCKSREPLY', 'reports a general failure'],
  2: ['ESOCKSREPLY', 'does not allow this destination'],
  3: ['ENETUNREACH', 'has no route to the network'],
  4: ['EHOSTUNREACH', 'cannot reach or resolve the host'],
  5: ['ECONNREFUSED', 'was refused by the host'],
  6: ['ESOCKSREPLY', 'gave up: the time to live ran out'],
  7: ['ESOCKSREPLY', 'does not support CONNECT'],
  8: ['ESOCKSREPLY', 'does not support this kind of address'],
}

/**
 * RFC 1928, with user and password by RFC 1929. Greeting and request travel in two packets: some servers hang when
 * both come at once. Throws UpstreamError; bytes that follow the reply stay in the socket.
 */
export async function negotiateSocks5(socket: Socket, { server, target, timeoutMs }: Socks5Negotiation): Promise<void> {
  const read = (size: number) => readExactly(socket, size, timeoutMs)
  await authenticate(socket, server, read)
  socket.write(connectRequest(target))
  const reply = await read(4)
  const result = reply[1] ?? 1
  if (result !== 0) throw replyError(server, target, result)
  const kind = reply[3] ?? 0
  const size = kind === 3 ? ((await read(1))[0] ?? 0) : ADDRESS_SIZE[kind]
  if (reply[0] !== VERSION || size === undefined) throw notSocks(server)
  await read(size + 2)
}

async function authenticate(
  socket: Socket,
  server: SocksServer,
  read: (size: number) => Promise<Buffer>,
): Promise<void> {
  const methods = server.user === undefined ? [NO_AUTHENTICATION] : [NO_AUTHENTICATION, USER_AND_PASSWORD]
  socket.write(Buffer.from([VERSION, methods.length, ...methods]))
  const [version, method] = await read(2)
  if (version !== VERSION) throw notSocks(server)
  if (method === NO_AUTHENTICATION) return
  const refused = new UpstreamError(
    'ESOCKSAUTH',
    `The SOCKS proxy at ${formatHostPort(server)} refuses this user and password.`,
  )
  if (method !== USER_AND_PASSWORD || server.user === undefined) throw refused
  const user = Buffer.from(server.user)
  const password = Buffer.from(server.password ?? '')
  socket.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]))
  if ((await read(2))[1] !== 0) throw refused
}

function connectRequest({ host, port }: DialTarget): Buffer {
  const family = net.isIP(host)
  const name = Buffer.from(host)
  const address = family === 0 ? Buffer.concat([Buffer.from([3, name.length]), name]) : literalAddress(family, host)
  if (name.length > 255) throw new UpstreamError('ESOCKSREPLY', 'a host name has at most 255 characters')
  return Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), address, Buffer.from([port >> 8, port & 255])])
}

function literalAddress(family: number, host: string): Buffer {
  return Buffer.concat([Buffer.from([family === 4 ? 1 : 4]), addressBytes(host)])
}

function replyError(server: SocksServer, target: DialTarget, result: number): UpstreamError {
  const [code, what] = REPLIES[result] ?? ['ESOCKSREPLY', `answers with the unknown code ${result}`]
  return new UpstreamError(code, `The SOCKS proxy at ${formatHostPort(server)} ${what} (${formatHostPort(target)}).`)
}

function notSocks(server: SocksServer): UpstreamError {
  return new UpstreamError('ESOCKSREPLY', `What answers at ${formatHostPort(server)} is not a SOCKS5 proxy.`)
}
