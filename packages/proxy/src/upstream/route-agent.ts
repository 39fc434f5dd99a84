import type { ClientRequest, ClientRequestArgs } from 'node:http'
import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Dial } from './dial.js'
import { createSpareConnections } from './spare-connections.js'

/** ms a pooled connection may idle when its server named no time of its own. */
const IDLE_TIMEOUT_MS = 60_000

interface ConnectOptions {
  readonly host: string
  readonly port: number
}

type OnCreate = (error: Error | null, stream: Duplex) => void
/** Node's types forget that there is no stream when there is an error. */
type OnFailure = (error: Error) => void

const POOL = {
  keepAlive: true,
  maxSockets: Number.POSITIVE_INFINITY,
  maxFreeSockets: 1024,
  scheduling: 'lifo',
  // Ours is set where TLS is dialled; without a value here Node works one out for each request.
  servername: '',
} as const

/** Nobody asked for what an idle connection brings: it is not to be the beginning of the next answer. */
function onUnasked(this: Duplex): void {
  this.destroy()
}

/** The pool of one route and scheme: `us → service`, whatever lies between. */
export class RouteAgent extends Agent {
  readonly #dial: Dial
  readonly #spare = createSpareConnections()

  constructor(scheme: 'http' | 'https', dial: Dial) {
    super(POOL)
    this.#dial = dial
    // `http.request` compares it with the protocol asked for.
    Object.assign(this, { protocol: `${scheme}:` })
  }

  /** Called by node:http for a new connection; the callback gets it, since ours takes its time. */
  override createConnection({ host, port }: ClientRequestArgs, onCreate?: OnCreate): undefined {
    const spare = this.#spare.take(this.getName({ host, port }))
    const opened = spare ? Promise.resolve(spare) : this.#dial({ host: String(host), port: Number(port) })
    opened.then(
      (socket) => {
        socket.setTimeout(IDLE_TIMEOUT_MS)
        onCreate?.(null, socket)
      },
      (error: Error) => (onCreate as OnFailure | undefined)?.(error),
    )
  }

  /** A connection that is ready for a first request, for the next one to this target. */
  adopt(target: ConnectOptions, socket: Socket): void {
    this.#spare.put(this.getName(target), socket)
  }

  /** A request to this target would not have to wait for a connection. */
  hasIdle(target: ConnectOptions): boolean {
    const name = this.getName(target)
    return (this.freeSockets[name]?.length ?? 0) > 0 || this.#spare.has(name)
  }

  override destroy(): void {
    super.destroy()
    this.#spare.close()
  }

  override getName(options?: ClientRequestArgs): string {
    return `${options?.host}:${options?.port}`
  }

  /** The idle time is set once per connection, so a request costs no timer and no system call. */
  override keepSocketAlive(socket: Duplex): boolean {
    socket.on('data', onUnasked)
    return true
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.removeListener('data', onUnasked)
    super.reuseSocket(socket, request)
  }

  /** Forgets the pooled connections of a service that has just hung up on one: its others are likely dead, too. */
  dropIdle(target: ConnectOptions): void {
    const name = this.getName(target)
    const idle = this.freeSockets[name] ?? []
    delete (this.freeSockets as Record<string, Socket[]>)[name]
    for (const socket of idle) socket.destroy()
  }
}
