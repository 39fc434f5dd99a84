import type { Server } from 'node:http'
import { Socket, type SocketConstructorOpts } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ReadSink } from '../upstream/dial.js'

/** Where reads go that nobody has diverted: copied before anybody's next read, so one buffer does for all clients. */
const SHARED_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** What node:http listens to on a connection that it reads. */
const PARSER_EVENTS = ['data', 'end', 'close', 'drain', 'error', 'timeout', 'pause', 'resume'] as const

type Listener = (...values: unknown[]) => void

/** How a client's connection is read: by a parser of node:http, or in its place by a sink. */
export class ClientReads {
  readonly #serve: (socket: Socket) => void
  #socket: Socket | undefined
  #sink: ReadSink | undefined
  /** Listeners of the parser, by event. */
  #parsers: (readonly [event: string, listeners: readonly Listener[]])[] = []

  /** `serve` lets node:http read a connection. */
  constructor(serve: (socket: Socket) => void) {
    this.#serve = serve
  }

  /** The socket that reads into it. */
  start(socket: Socket): void {
    this.#socket = socket
    const before = PARSER_EVENTS.map((event) => socket.listenerCount(event))
    this.#serve(socket)
    this.#parsers = PARSER_EVENTS.map((event, at) => [event, listenersOf(socket, event).slice(before[at])])
  }

  /** A sink reads, and no parser. */
  get isDiverted(): boolean {
    return this.#sink !== undefined
  }

  /** What comes from now on is for `sink`; the parser hears nothing but the connection's end. */
  divertTo(sink: ReadSink): void {
    const socket = this.#socket
    if (!socket) return
    // The parser lets go of the handle when somebody else listens.
    socket.on('data', ignore).removeListener('data', ignore)
    this.#sink = sink
  }

  /** To a new parser, beginning with `bytes`. The one before, which must have nothing left to answer, ends as with a connection. */
  giveBack(bytes: Buffer): void {
    const socket = this.#socket
    if (!socket) return
    this.#sink = undefined
    for (const [event, listeners] of this.#parsers)
      for (const listener of listeners) socket.removeListener(event, listener)
    for (const listener of this.#listeners('close')) listener.call(socket, false)
    // Nothing is to flow before the new parser listens.
    socket.pause()
    if (bytes.length > 0) socket.unshift(bytes)
    this.start(socket)
    socket.resume()
  }

  readonly nextBuffer = (): Buffer => this.#sink?.nextBuffer() ?? SHARED_BUFFER

  readonly onRead = (size: number, buffer: Buffer): boolean => {
    if (this.#sink && buffer !== SHARED_BUFFER) return this.#sink.onRead(size, buffer)
    const bytes = Buffer.from(buffer.subarray(0, size))
    return this.#sink?.onRead(size, bytes) ?? this.#socket?.push(bytes) ?? false
  }

  #listeners(wanted: string): readonly Listener[] {
    return this.#parsers.find(([event]) => event === wanted)?.[1] ?? []
  }
}

function listenersOf(socket: Socket, event: string): Listener[] {
  return socket.listeners(event) as Listener[]
}

function ignore(): void {}

const known = new WeakMap<Socket, ClientReads>()

/** Undefined where a client's bytes come as a stream and no other way. */
export function clientReadsOf(socket: Socket): ClientReads | undefined {
  return known.get(socket)
}

/** What node:net has for its own sockets, and its types do not name. */
interface WithHandle {
  _handle: { readonly useUserBuffer?: unknown } | null
}

/**
 * Makes the connections of a listener able to read past their streams. node:net has `onread` for sockets that one opens and not for those
 * that one accepts, so each gets a second socket around the same handle, made as node:net makes the first. A Node without that serves the
 * first. To be called when all who listen to `connection` do.
 */
export function readPastStreams(server: Server): void {
  const [serve, ...others] = server.listeners('connection') as Listener[]
  server.removeAllListeners('connection')
  server.on('connection', (accepted: Socket) => {
    const read = (socket: Socket) => serve?.call(server, socket)
    const socket = reopen(accepted, read)
    if (socket === undefined) read(accepted)
    for (const listener of others) listener.call(server, socket ?? accepted)
  })
}

function reopen(accepted: Socket, serve: (socket: Socket) => void): Socket | undefined {
  const { _handle: handle } = accepted as unknown as WithHandle
  const isBare = !(accepted instanceof TLSSocket) && !known.has(accepted)
  if (!isBare || typeof handle?.useUserBuffer !== 'function') return undefined
  const reads = new ClientReads(serve)
  const socket = new Socket({
    handle,
    allowHalfOpen: accepted.allowHalfOpen,
    readableHighWaterMark: accepted.readableHighWaterMark,
    writableHighWaterMark: accepted.writableHighWaterMark,
    onread: { buffer: reads.nextBuffer, callback: reads.onRead },
  } as SocketConstructorOpts)
  known.set(socket, reads)
  // Its server counts the first one, which has nothing more to do than to be counted.
  Object.assign(accepted, { _handle: null })
  socket.once('close', () => accepted.destroy())
  reads.start(socket)
  return socket
}
