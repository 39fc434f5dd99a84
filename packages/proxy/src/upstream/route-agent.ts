import type { ClientRequest, ClientRequestArgs } from 'node:http'
import { Agent } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Dial } from './dial.js'

/** ms a pooled connection may idle when its server named no time of its own. */
const IDLE_TIMEOUT_MS = 60_000

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

/** AWS's clients reached by our routes: the SDK wants an agent of node:http. */
export class RouteAgent extends Agent {
  readonly #dial: Dial

  constructor(scheme: 'http' | 'https', dial: Dial) {
    super(POOL)
    this.#dial = dial
    // `http.request` compares it with the protocol asked for.
    Object.assign(this, { protocol: `${scheme}:` })
  }

  /** Called by node:http for a new connection; the callback gets it, since ours takes its time. */
  override createConnection({ host, port }: ClientRequestArgs, onCreate?: OnCreate): undefined {
    this.#dial({ host: String(host), port: Number(port) }).then(
      (socket) => {
        socket.setTimeout(IDLE_TIMEOUT_MS)
        onCreate?.(null, socket)
      },
      (error: Error) => (onCreate as OnFailure | undefined)?.(error),
    )
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
}
