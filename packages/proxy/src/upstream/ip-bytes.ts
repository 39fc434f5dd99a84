import net from 'node:net'

/** The 4 or 16 bytes of an IP literal that `net.isIP` accepts, without a zone. */
export function addressBytes(address: string): Buffer {
  return net.isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : groupBytes(address)
}

/** Where IPv6 keeps the addresses of IPv4: ::ffff:0:0/96. */
export const MAPPED = Buffer.from('00000000000000000000ffff', 'hex')

/** The 16 bytes that an IPv6 socket knows an address by, IPv4 mapped; a zone is no part of them. */
export function ipv6Bytes(address: string): Buffer {
  const bytes = addressBytes(address.replace(/%.*$/, ''))
  return bytes.length === 4 ? Buffer.concat([MAPPED, bytes]) : bytes
}

function groupBytes(address: string): Buffer {
  const [head = '', tail] = address.split('::')
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const zeros = new Array<number>(8 - left.length - right.length).fill(0)
  return Buffer.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 255]))
}

/** The last group may be dotted: `::ffff:127.0.0.1`. */
function groups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const bytes = Buffer.from(group.split('.').map(Number))
    return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)]
  })
}
