import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { connect } from 'node:http2'
import type { Socket } from 'node:net'
import { formatHttp2Headers } from './http2-headers.js'
import { followStream, type StreamOwner } from './http2-stream.js'
import type { OutgoingRequest } from './message.js'

/** Bytes under way in one stream: the protocol's own 64 KiB would slow every download down. */
const WINDOW_BYTES = 1024 * 1024
const CONNECTION_WINDOW_BYTES = 4 * WINDOW_BYTES
/** ms a session may idle, as for connections of HTTP/1.1. */
const IDLE_TIMEOUT_MS = 60_000
/** ms of silence after which a session is asked whether it lives: a laptop slept, a load balancer forgot. */
const PING_AFTER_MS = 10_000
const PING_TIMEOUT_MS = 2_000

/** One connection that speaks HTTP/2 with a service. */
export interface KeptSession {
  /** Throws where Node cannot send it. */
  request(outgoing: OutgoingRequest, owner: StreamOwner): ClientHttp2Stream
  /** It takes another stream now, as far as is known without asking. */
  hasRoom(): boolean
  /** After a silence the service is asked. Never rejects. */
  isAlive(): Promise<boolean>
  /** Takes no more streams; ends with the last of them. */
  retire(): void
  /** Ends at once, with its streams. */
  destroy(): void
}

/** On a connection whose TLS has negotiated `h2`. `onGone`: it ends, or takes no more streams. */
export function keepSession(socket: Socket, origin: string, onGone: () => void): KeptSession {
  const settings = { enablePush: false, initialWindowSize: WINDOW_BYTES }
  const session = connect(origin, { createConnection: () => socket, settings, maxHeaderListPairs: 2000 })
  session.once('connect', () => session.destroyed || session.setLocalWindowSize(CONNECTION_WINDOW_BYTES))
  let streams = 0
  let lastUsedAt = performance.now()
  const count = (change: 1 | -1) => {
    lastUsedAt = performance.now()
    streams += change
    // A connection without requests is no reason for the process to live.
    if (!session.destroyed && streams === 0) session.unref()
    else if (!session.destroyed) session.ref()
  }
  session.setTimeout(IDLE_TIMEOUT_MS, () => {
    if (streams === 0) session.close()
  })
  // Each of its streams tells, too, and that is who answers for it.
  session.on('error', onGone).once('goaway', onGone).once('close', onGone)
  return {
    request(outgoing, owner) {
      const { hasBody } = outgoing
      const stream = session.request(formatHttp2Headers(outgoing), { endStream: !hasBody, waitForTrailers: hasBody })
      count(1)
      followStream(stream, owner)
      return stream.once('close', () => count(-1))
    },
    hasRoom() {
      const limit = session.remoteSettings?.maxConcurrentStreams ?? Number.POSITIVE_INFINITY
      return !session.closed && !session.destroyed && streams < Math.max(1, limit)
    },
    async isAlive() {
      if (performance.now() - lastUsedAt < PING_AFTER_MS) return true
      const answers = await isAnswering(session)
      if (answers) lastUsedAt = performance.now()
      return answers
    },
    retire: () => session.close(),
    destroy: () => session.destroy(),
  }
}

function isAnswering(session: ClientHttp2Session): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PING_TIMEOUT_MS)
    const settle = (answers: boolean) => {
      clearTimeout(timer)
      resolve(answers)
    }
    if (session.destroyed || session.closed) settle(false)
    else if (!session.ping((error) => settle(error === null))) settle(false)
  })
}
