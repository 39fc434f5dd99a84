import { endianness } from 'node:os'
import { ipv6Bytes, MAPPED } from '../upstream/ip-bytes.js'

/** One end of a connection. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** What finds a socket's line in each of the kernel's tables; an IPv6 socket is in one only. */
export interface TableKeys {
  /** `/proc/net/tcp` */
  readonly tcp: string | undefined
  /** `/proc/net/tcp6`: also IPv4 spoken by an IPv6 socket, as Java's are. */
  readonly tcp6: string
}

/**
 * The keys of the socket whose own end is `local`. Both ends count: for different destinations Linux gives the same local
 * port to several users at once.
 */
export function tableKeys(local: Endpoint, remote: Endpoint): TableKeys {
  const [from, to] = [ipv6Bytes(local.address), ipv6Bytes(remote.address)]
  const key = (start: number) => `: ${hex(from.subarray(start), local.port)} ${hex(to.subarray(start), remote.port)} `
  const isMapped = from.subarray(0, 12).equals(MAPPED)
  return { tcp: isMapped ? key(12) : undefined, tcp6: key(0) }
}

/**
 * The user of the socket with this key; undefined where these lines do not have it, 'nobody' where no process holds it any
 * more: the kernel shows such sockets as root's, so somebody who sends a request and leaves would pass for root.
 */
export function findOwner(lines: string, key: string): number | 'nobody' | undefined {
  const at = lines.indexOf(key)
  if (at < 0) return undefined
  const fields = lines.slice(at + key.length, lines.indexOf('\n', at)).split(/ +/)
  // st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
  const [state = '', , , , uid, , inode] = fields
  return CONNECTED.has(state) && inode !== undefined && inode !== '0' ? Number(uid) : 'nobody'
}

/** The keys of all lines. */
export function keysOf(lines: string): ReadonlySet<string> {
  const keys = new Set<string>()
  for (let start = 0; start < lines.length; start = lines.indexOf('\n', start) + 1 || lines.length) {
    const at = lines.indexOf(': ', start)
    const end = lines.indexOf(' ', lines.indexOf(' ', at + 2) + 1)
    keys.add(lines.slice(at, end + 1))
  }
  return keys
}

/** ESTABLISHED; FIN_WAIT1 and FIN_WAIT2: has said all it has to say, and listens. */
const CONNECTED: ReadonlySet<string> = new Set(['01', '04', '05'])

/** Addresses are printed as 32-bit numbers of the machine's own byte order, ports as numbers. */
function hex(bytes: Buffer, port: number): string {
  const read = endianness() === 'LE' ? bytes.readUInt32LE : bytes.readUInt32BE
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) text += digits(read.call(bytes, at), 8)
  return `${text}:${digits(port, 4)}`
}

function digits(value: number, length: number): string {
  return value.toString(16).toUpperCase().padStart(length, '0')
}
