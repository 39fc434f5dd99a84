import type { LookupAddress } from 'node:dns'
import dns from 'node:dns'
import type { LookupFunction, OnReadOpts } from 'node:net'
import net from 'node:net'
import type { DestinationPolicy } from '../server/destinations.js'
import { connect } from './connect.js'
import type { Dial, DialTarget, ReadSink } from './dial.js'

export interface DirectDialOptions {
  readonly destinationPolicy: DestinationPolicy
  readonly connectTimeoutMs: number
  /** All addresses of a name. @default the system's resolver */
  readonly resolve?: Resolve
}

/** Asks for all addresses of a name. */
export type Resolve = (hostname: string, callback: OnResolved) => void

type OnResolved = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

/** us → service. The destination policy sees the address that is really dialled, so a name cannot flip between two lookups. */
export function createDirectDial({
  destinationPolicy,
  connectTimeoutMs,
  resolve = askSystem,
}: DirectDialOptions): Dial {
  return async (target) => {
    const { host, port, sink, allowHalfOpen = false } = target
    if (net.isIP(host) !== 0) destinationPolicy.requireAllowedAddress(target, host)
    const options = {
      host,
      port,
      lookup: checkedLookup(resolve, destinationPolicy, target),
      allowHalfOpen,
      ...(sink && { onread: readInto(sink) }),
    }
    const socket = await connect(options, connectTimeoutMs)
    if (sink) sink.isAttached = true
    return socket
  }
}

function readInto({ nextBuffer, onRead }: ReadSink): OnReadOpts {
  return { buffer: nextBuffer, callback: (size, buffer) => onRead(size, buffer as Buffer) }
}

/** One refused address refuses the name: of several, we do not choose the one that suits whoever runs its DNS. */
function checkedLookup(resolve: Resolve, policy: DestinationPolicy, target: DialTarget): LookupFunction {
  return (hostname, options, callback) => {
    resolve(resolvableName(hostname), (error, addresses) => {
      if (error) return callback(error, [])
      try {
        for (const { address } of addresses) policy.requireAllowedAddress(target, address)
      } catch (refusal) {
        return callback(refusal as NodeJS.ErrnoException, [])
      }
      const first = addresses[0]
      if (options.all || !first) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function askSystem(hostname: string, callback: OnResolved): void {
  dns.lookup(hostname, { all: true }, callback)
}

/**
 * RFC 6761 §6.3: localhost, with or without a dot at its end, and the names below it are loopback. Not every resolver
 * knows, so we say it in a way that all know.
 */
function resolvableName(hostname: string): string {
  return /(?:^|\.)localhost\.*$/.test(hostname) ? 'localhost' : hostname
}
