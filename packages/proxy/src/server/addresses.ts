import { BlockList, isIPv4, SocketAddress } from 'node:net'

export type DestinationKind = 'loopback' | 'link-local' | 'metadata' | 'unspecified'

const IPV4: ReadonlyArray<readonly [kind: DestinationKind, network: string, prefix: number]> = [
  ['metadata', '169.254.169.254', 32], // AWS, Google, Azure, Oracle, DigitalOcean
  ['metadata', '169.254.170.0', 24], // Amazon ECS tasks, EKS pod identity
  ['metadata', '100.100.100.200', 32], // Alibaba
  ['metadata', '168.63.129.16', 32], // Azure's host
  ['metadata', '192.0.0.192', 32], // Oracle, older
  ['loopback', '127.0.0.0', 8],
  ['link-local', '169.254.0.0', 16],
  ['unspecified', '0.0.0.0', 8],
]

const IPV6: ReadonlyArray<readonly [kind: DestinationKind, network: string, prefix: number]> = [
  ['metadata', 'fd00:ec2::', 32], // AWS
  ['metadata', 'fd20:ce::254', 128], // Google
  ['loopback', '::1', 128],
  ['unspecified', '::', 128],
  ['link-local', 'fe80::', 10],
]

/** Where an IPv6 address carries an IPv4 one: mapped, translated, compatible (deprecated), NAT64 (RFC 6052, RFC 8215), 6to4. */
const EMBEDDED: ReadonlyArray<(hex: string, prefix: number) => readonly [network: string, prefix: number]> = [
  (hex, prefix) => [`::ffff:${hex}`, 96 + prefix],
  (hex, prefix) => [`::ffff:0:${hex}`, 96 + prefix],
  (hex, prefix) => [`::${hex}`, 96 + prefix],
  (hex, prefix) => [`64:ff9b::${hex}`, 96 + prefix],
  (hex, prefix) => [`64:ff9b:1::${hex}`, 96 + prefix],
  (hex, prefix) => [`2002:${hex}::`, 16 + prefix],
]

/** Made by the first look, which is after the listening line: they take a tenth of the start. */
let lists: ReturnType<typeof buildLists> | undefined

/** What is special about an IP literal, in whichever spelling or embedding. */
export function addressKind(address: string): DestinationKind | undefined {
  const bare = address.replace(/%.*$/, '')
  // Parsed once, and not by each list: that took half a millisecond of every new connection.
  const parsed = new SocketAddress({ address: bare, family: isIPv4(bare) ? 'ipv4' : 'ipv6' })
  lists ??= buildLists()
  return lists.find(({ list }) => list.check(parsed))?.kind
}

const NAMES: ReadonlyMap<string, DestinationKind> = new Map([
  ['localhost', 'loopback'],
  ['localhost.localdomain', 'loopback'],
  ['ip6-localhost', 'loopback'],
  ['ip6-loopback', 'loopback'],
  ['metadata', 'metadata'],
  ['metadata.google.internal', 'metadata'],
  ['instance-data', 'metadata'],
  ['instance-data.ec2.internal', 'metadata'],
])

/** For names that somebody else will resolve. */
export function nameKind(host: string): DestinationKind | undefined {
  const name = host.toLowerCase().replace(/\.+$/, '')
  return name.endsWith('.localhost') ? 'loopback' : NAMES.get(name)
}

/** One list for each kind, the narrower kinds first: `::1` is also one of the unspecified `::/104`. */
function buildLists(): { kind: DestinationKind; list: BlockList }[] {
  return (['metadata', 'loopback', 'link-local', 'unspecified'] as const).map((kind) => ({ kind, list: listOf(kind) }))
}

function listOf(kind: DestinationKind): BlockList {
  const list = new BlockList()
  for (const [of, network, prefix] of IPV6) if (of === kind) list.addSubnet(network, prefix, 'ipv6')
  for (const [of, network, prefix] of IPV4) {
    if (of !== kind) continue
    list.addSubnet(network, prefix, 'ipv4')
    for (const embed of EMBEDDED) list.addSubnet(...embed(hexGroups(network), prefix), 'ipv6')
  }
  return list
}

function hexGroups(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number)
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}
