import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { formatHostPort } from '../config/host-port.js'
import { ipv6Bytes } from '../upstream/ip-bytes.js'
import type { DestinationKind } from './addresses.js'
import { addressKind, nameKind } from './addresses.js'
import { howToTrust } from './how-to-trust.js'

export interface DestinationPolicyOptions {
  /** Forward to any loopback address: development, tests, benchmarks. Not to link-local or metadata addresses. */
  readonly allowLoopback: boolean
  /** A trust entry names this authority, so its owner wants it reached wherever it is. */
  readonly isTrusted: (host: string, port: number) => boolean
}

/** As in the URL, normalised by WHATWG rules, without brackets. */
interface Destination {
  readonly host: string
  readonly port: number
}

/**
 * Which destinations this proxy lends its network position to. A web page or another machine must not reach through us
 * what only this machine can reach: loopback, link-local and metadata addresses, and the proxy itself.
 */
export interface DestinationPolicy {
  /** Throws RefusedDestinationError for an address we are about to dial on behalf of `destination`. */
  requireAllowedAddress(destination: Destination, address: string): void
  /** The same for a destination that another proxy (SOCKS, HTTP) will resolve: literals and the well-known names. */
  requireAllowedBehindSocks(destination: Destination): void
  /** What was dialled is us. */
  isOwnListener(address: string, port: number): boolean
  /** Never dial this: it is us. */
  addOwnListener(address: string, port: number): void
}

/** `code` EDESTINATION: answered with 403. */
class RefusedDestinationError extends Error {
  override readonly name = 'RefusedDestinationError'
  readonly code = 'EDESTINATION'
  constructor(
    message: string,
    readonly hint = '',
  ) {
    super(message)
  }
}

export function createDestinationPolicy({ allowLoopback, isTrusted }: DestinationPolicyOptions): DestinationPolicy {
  const listeners: Destination[] = []
  const requireAllowedKind = (destination: Destination, kind: DestinationKind | undefined, address?: string) => {
    const { host, port } = destination
    if (kind === undefined || (kind === 'loopback' && allowLoopback) || isTrusted(host, port)) return
    throw new RefusedDestinationError(
      `${formatHostPort(destination)} is ${(address ?? host) === host ? '' : `at ${address}, `}${REASONS[kind]}`,
      `If you mean it:\n${howToTrust(host, port, 'http')}`,
    )
  }
  return {
    requireAllowedAddress(destination, address) {
      if (isOwnListener(listeners, address, destination.port)) {
        throw new RefusedDestinationError(`${formatHostPort(destination)} is this proxy itself`)
      }
      requireAllowedKind(destination, addressKind(address), address)
    },
    requireAllowedBehindSocks(destination) {
      const { host } = destination
      requireAllowedKind(destination, net.isIP(host) === 0 ? nameKind(host) : addressKind(host))
    },
    isOwnListener: (address, port) => isOwnListener(listeners, address, port),
    addOwnListener(address, port) {
      listeners.push({ host: address, port })
    },
  }
}

const REASONS: Readonly<Record<DestinationKind, string>> = {
  loopback: 'a loopback address',
  'link-local': 'a link-local address',
  metadata: 'a cloud metadata address',
  unspecified: 'the unspecified address',
}

/** A listener on all interfaces is reached by every address of this machine. The port is compared first: it is cheap. */
function isOwnListener(listeners: readonly Destination[], address: string, port: number): boolean {
  return listeners.some((listener) => {
    if (listener.port !== port) return false
    if (isSameAddress(listener.host, address)) return true
    if (addressKind(address) === 'loopback' || addressKind(address) === 'unspecified') return true
    return addressKind(listener.host) === 'unspecified' && isAddressOfThisMachine(address)
  })
}

function isAddressOfThisMachine(address: string): boolean {
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => isSameAddress(entry.address, address)),
  )
}

/** In whichever spelling: the system connects `::ffff:192.0.2.1` to 192.0.2.1. */
function isSameAddress(one: string, other: string): boolean {
  return one === other || ipv6Bytes(one).equals(ipv6Bytes(other))
}
