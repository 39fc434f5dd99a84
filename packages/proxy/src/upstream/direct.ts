import dns from 'node:dns'
import type { LookupFunction } from 'node:net'
import net from 'node:net'
import type { DestinationPolicy } from '../server/destinations.js'
import type { Dial, DialTarget } from './dial.js'
import { untilReady } from './until-ready.js'

export interface DirectDialOptions {
  readonly destinationPolicy: DestinationPolicy
  readonly connectTimeoutMs: number
}

/** us → service. The destination policy sees the address that is really dialled, so a name cannot flip between two lookups. */
export function createDirectDial({ destinationPolicy, connectTimeoutMs }: DirectDialOptions): Dial {
  return async (target) => {
    const { host, port, sink } = target
    if (net.isIP(host) !== 0) destinationPolicy.requireAllowedAddress(target, host)
    const socket = net.connect({
      host,
      port,
      lookup: checkedLookup(destinationPolicy, target),
      autoSelectFamily: true,
      noDelay: true,
      allowHalfOpen: sink !== undefined,
      ...(sink && { onread: { buffer: sink.buffer, callback: sink.onRead } }),
    })
    await untilReady(socket, 'connect', connectTimeoutMs)
    if (sink) sink.isAttached = true
    return socket
  }
}

/** One refused address refuses the name: of several, we do not choose the one that suits whoever runs its DNS. */
function checkedLookup(policy: DestinationPolicy, target: DialTarget): LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(resolvableName(hostname), { ...options, all: true }, (error, addresses) => {
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

/** RFC 6761 §6.3: names below localhost are loopback. glibc does not know it, so we say it in a way it knows. */
function resolvableName(hostname: string): string {
  return hostname.endsWith('.localhost') ? 'localhost' : hostname
}
