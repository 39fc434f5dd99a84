import type { Socket } from 'node:net'
import type { Front } from '../gateway/front.js'
import type { RequestWay } from '../upstream/way.js'
import type { Admission } from './admission.js'
import { GONE } from './admission.js'
import type { ProxyContext } from './context.js'
import type { Exchange } from './exchange.js'
import type { Authority } from './target.js'

/** What we remember of one client connection. */
export interface ClientConnection {
  /** Requests whose answer is not complete. */
  readonly exchanges: Set<Exchange>
  /** URLs answered with a 307 after a login, and when (monotonic ms): a client that comes back without its cookie must not go round for ever. */
  readonly redirected: Map<string, number>
  /** By origin: connections to services that are logged in as this client's, and so are nobody else's. */
  readonly bound: Map<string, RequestWay>
  /** A request here was not understood: what follows may be part of it, and is not looked at. */
  isDistrusted: boolean
  /** node:http's parser believes to be in the middle of an upload: its end went past it. */
  isPastParser: boolean
  readonly admission: Admission
  /** The only site its requests can be for: it came through a tunnel, which said so. @default undefined: they say it themselves */
  site: Authority | undefined
  /** What it can reach, where it came to a gateway: each request says which. @default undefined: it came to the proxy */
  readonly fronts: readonly Front[] | undefined
  /** Streams of their own, which end by themselves. */
  readonly isHttp2: boolean
  /** Requests that wait for the admission. */
  waiting: number
  /** The port that the client has reached: Node's own getter is slow. */
  readonly localPort: number | undefined
}

/** What is said of a connection before its first request. */
export type KnownConnection = Partial<Pick<ClientConnection, 'site' | 'fronts' | 'isHttp2' | 'admission'>>

/** Remembers a client's socket. When the client goes, `onGone` is told each request it leaves behind. */
export function followConnection(
  context: ProxyContext,
  socket: Socket,
  onGone: (exchange: Exchange) => void,
  known: KnownConnection = {},
): void {
  const { clients, limits, admit } = context
  if (clients.has(socket)) return
  const connection = createConnection(
    { ...NOBODYS, ...known, admission: known.admission ?? admit(socket) },
    socket.localPort,
  )
  clients.set(socket, connection)
  socket.on('close', () => {
    clients.delete(socket)
    for (const exchange of connection.exchanges) onGone(exchange)
    connection.exchanges.clear()
    for (const { http1 } of connection.bound.values()) http1.destroy()
  })
  socket.on('end', () => giveUpUnlessReading(socket, connection, limits.halfCloseGraceMs))
}

/** What we remember of a socket. One that has closed by now has nothing to remember. */
export function connectionOf({ clients }: ProxyContext, socket: Socket): ClientConnection {
  return clients.get(socket) ?? { ...createConnection({ ...NOBODYS, admission: GONE }), isDistrusted: true }
}

const NOBODYS = { site: undefined, fronts: undefined, isHttp2: false } as const

function createConnection(known: Required<KnownConnection>, localPort?: number): ClientConnection {
  return {
    ...known,
    exchanges: new Set(),
    redirected: new Map(),
    bound: new Map(),
    isDistrusted: false,
    isPastParser: false,
    waiting: 0,
    localPort,
  }
}

/**
 * TCP does not tell a client that is done sending from one that is gone. The first still takes what we write, so: an
 * answer that comes within the grace period is written (and fails if nobody is there), a silent one is given up.
 */
function giveUpUnlessReading(socket: Socket, connection: ClientConnection, graceMs: number): void {
  // One that waits for its admission has no exchange yet, but will.
  const hasNothing = () => connection.exchanges.size + connection.waiting === 0
  if (hasNothing()) return
  const before = socket.bytesWritten
  setTimeout(() => {
    if (!hasNothing() && socket.bytesWritten === before) socket.destroy()
  }, graceMs)
}
