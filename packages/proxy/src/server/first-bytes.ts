import { METHODS } from 'node:http'
import type { Socket } from 'node:net'
import { type ClientHello, parseClientHello } from './client-hello.js'

/** What a client does in a tunnel, told by what it says first. `bytes` is all it has said by then. */
export type FirstBytes =
  | { readonly kind: 'http'; readonly bytes: Buffer }
  | { readonly kind: 'tls'; readonly bytes: Buffer; readonly hello: ClientHello }
  | { readonly kind: 'other'; readonly bytes: Buffer }

/**
 * Waits until it is clear what a client speaks. `other` also where the service speaks first, or somebody hangs up. Both
 * sockets are paused afterwards, and what the service has said is still in it.
 */
export function readFirstBytes(
  client: Socket,
  service: Socket | undefined,
  held: readonly Buffer[],
): Promise<FirstBytes> {
  return new Promise((resolve) => {
    let bytes = Buffer.concat(held)
    let isSettled = false
    const settle = (first: FirstBytes) => {
      if (isSettled) return
      isSettled = true
      client.pause()
      for (const socket of [client, service]) {
        for (const event of ['end', 'close']) socket?.removeListener(event, onEnd)
      }
      client.removeListener('data', onClient)
      service?.removeListener('data', onService).removeListener('end', onGone)
      resolve(first)
    }
    const onEnd = () => settle({ kind: 'other', bytes })
    const onGone = () => service?.destroy()
    const onService = (chunk: Buffer) => {
      service?.pause()
      service?.unshift(chunk)
      onEnd()
    }
    const look = () => {
      const first = classify(bytes)
      if (!first) return
      client.removeListener('data', onClient).pause()
      if (first.kind !== 'http' || !service) return settle(first)
      // A request is no longer bound to this connection: if the service hangs up, there will be another.
      service.removeListener('end', onEnd).removeListener('close', onEnd).once('end', onGone)
      onceRead(() => settle(first))
    }
    const onClient = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      look()
    }
    for (const socket of [client, service]) socket?.once('end', onEnd).once('close', onEnd)
    service?.on('data', onService)
    client.on('data', onClient).resume()
    look()
  })
}

/**
 * Once the event loop has read what is there by now: in the first turn it begins to watch a socket, in the second it has. An answer
 * that a service gave before it was asked would else be taken for that of the first request.
 */
function onceRead(done: () => void): void {
  setImmediate(() => setImmediate(done))
}

/** Nothing while it could still be several things. */
function classify(bytes: Buffer): FirstBytes | undefined {
  if (bytes.length === 0) return undefined
  if (bytes[0] === HANDSHAKE) {
    const hello = parseClientHello(bytes)
    if (hello === 'incomplete') return undefined
    return hello ? { kind: 'tls', bytes, hello } : { kind: 'other', bytes }
  }
  const text = bytes.toString('latin1', 0, LONGEST)
  if (REQUEST_STARTS.some((start) => text.startsWith(start))) return { kind: 'http', bytes }
  return REQUEST_STARTS.some((start) => start.startsWith(text)) ? undefined : { kind: 'other', bytes }
}

const HANDSHAKE = 0x16
/** A tunnel in a tunnel is nobody's request to a service. */
const REQUEST_STARTS = METHODS.filter((method) => method !== 'CONNECT').map((method) => `${method} `)
const LONGEST = Math.max(...REQUEST_STARTS.map(({ length }) => length))
