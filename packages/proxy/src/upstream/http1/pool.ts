import type { Socket } from 'node:net'
import type { Dial } from '../dial.js'
import { createSpareConnections } from '../spare-connections.js'
import { type ConnectionOwner, Http1Connection } from './connection.js'
import { Reads } from './reads.js'
import { Http1Request, hangUp } from './request.js'
import { formatRequestHead } from './request-head.js'

interface Target {
  readonly host: string
  readonly port: number
}

/** A request as it is written: a target as the next hop wants it, headers flat, with Host and framing. */
export interface WrittenRequest extends Target {
  readonly method: string
  readonly path: string
  readonly headers: readonly string[]
}

/** ms between looks for connections that have idled for too long. Before it is used each is looked at anyway. */
const SWEEP_MS = 10_000

/** Idle connections to one service at most. */
const MAX_IDLE = 1024

/** The connections of one way and scheme. The one that was used last goes first: the others may idle away. */
export class Http1Pool implements ConnectionOwner {
  readonly #dial: Dial
  readonly #spare = createSpareConnections()
  readonly #idle = new Map<string, Http1Connection[]>()
  readonly #all = new Set<Http1Connection>()
  #isClosed = false
  #sweeper: NodeJS.Timeout | undefined

  constructor(dial: Dial) {
    this.#dial = dial
  }

  /** Connections, and how many of them wait for a request. */
  get counts(): { readonly open: number; readonly idle: number } {
    let idle = 0
    for (const connections of this.#idle.values()) idle += connections.length
    return { open: this.#all.size, idle }
  }

  /** Sends as it is written to. Throws TypeError for what HTTP cannot say; whatever else fails is the request's `error`. */
  request({ host, port, method, path, headers }: WrittenRequest): Http1Request {
    const request = new Http1Request(method, formatRequestHead(method, path, headers))
    const name = `${host}:${port}`
    const idle = this.#takeIdle(name)
    if (idle) idle.carry(request)
    else void this.#connect(name, { host, port }, request)
    return request
  }

  /** A connection that is ready for a first request, for the next one to this target. */
  adopt(target: Target, socket: Socket): void {
    this.#spare.put(nameOf(target), socket)
  }

  /** A request to this target would not have to wait for a connection. */
  hasIdle(target: Target): boolean {
    const name = nameOf(target)
    return (this.#idle.get(name)?.some(({ isUsable }) => isUsable) ?? false) || this.#spare.has(name)
  }

  /** Forgets the idle connections of a service that has just hung up on one: its others are likely dead, too. */
  dropIdle(target: Target): void {
    const name = nameOf(target)
    const idle = this.#idle.get(name) ?? []
    this.#idle.delete(name)
    for (const { socket } of idle) socket.destroy()
  }

  /** Ends every connection, idle or in use. */
  destroy(): void {
    this.#isClosed = true
    clearInterval(this.#sweeper)
    this.#idle.clear()
    for (const { socket } of this.#all) socket.destroy()
    this.#spare.close()
  }

  onIdle(connection: Http1Connection): void {
    const idle = this.#idle.get(connection.name)
    if (this.#isClosed || (idle && idle.length >= MAX_IDLE)) connection.socket.destroy()
    else if (idle) idle.push(connection)
    else this.#idle.set(connection.name, [connection])
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  onGone(connection: Http1Connection): void {
    this.#all.delete(connection)
    const idle = this.#idle.get(connection.name)
    if (!idle) return
    const at = idle.indexOf(connection)
    if (at >= 0) idle.splice(at, 1)
    if (idle.length === 0) this.#idle.delete(connection.name)
  }

  #takeIdle(name: string): Http1Connection | undefined {
    const idle = this.#idle.get(name)
    if (idle === undefined) return undefined
    const now = performance.now()
    for (;;) {
      const connection = idle.pop()
      if (connection === undefined || (connection.isUsable && !connection.isStale(now))) return connection
      connection.socket.destroy()
    }
  }

  #sweep(): void {
    const now = performance.now()
    for (const idle of this.#idle.values()) {
      for (const connection of idle) if (connection.isStale(now)) connection.socket.destroy()
    }
    if (this.#idle.size > 0) return
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }

  async #connect(name: string, target: Target, request: Http1Request): Promise<void> {
    try {
      const reads = new Reads()
      const socket = this.#spare.take(name) ?? (await this.#dial({ ...target, sink: reads }))
      const connection = new Http1Connection(name, socket, this, reads)
      // It may be gone by now, and then tells nobody of it again.
      if (socket.destroyed) throw hangUp()
      this.#all.add(connection)
      if (this.#isClosed) socket.destroy()
      if (request.destroyed) this.onIdle(connection)
      else connection.carry(request)
    } catch (error) {
      request.destroy(error as Error)
    }
  }
}

function nameOf({ host, port }: Target): string {
  return `${host}:${port}`
}
