import type { Socket } from 'node:net'

/** ms that a connection waits for its first request. Whoever had it opened is about to send one. */
const TIMEOUT_MS = 10_000

/** Connections that were dialled before a request asked for them, by where they lead. */
export interface SpareConnections {
  put(name: string, socket: Socket): void
  take(name: string): Socket | undefined
  has(name: string): boolean
  close(): void
}

interface Spare {
  readonly socket: Socket
  /** Gives the socket back as it was, without its time-out. */
  readonly release: () => Socket
}

export function createSpareConnections(): SpareConnections {
  const spares = new Map<string, Spare[]>()
  const forget = (name: string, socket: Socket) => {
    const left = spares.get(name)?.filter((spare) => spare.socket !== socket) ?? []
    if (left.length === 0) spares.delete(name)
    else spares.set(name, left)
  }
  return {
    put(name, socket) {
      // One that is gone tells nobody of it again.
      if (socket.destroyed) return
      spares.set(name, [...(spares.get(name) ?? []), watch(socket, () => forget(name, socket))])
    },
    take(name) {
      const spare = spares.get(name)?.at(-1)
      if (spare) forget(name, spare.socket)
      return spare?.release()
    },
    has: (name) => spares.has(name),
    close() {
      for (const list of spares.values()) for (const { socket } of list) socket.destroy()
    },
  }
}

/** Whatever happens to a connection that nobody uses is the end of it. */
function watch(socket: Socket, onGone: () => void): Spare {
  const end = () => socket.destroy()
  const events = ['data', 'end', 'error', 'timeout'] as const
  for (const event of events) socket.on(event, end)
  socket.once('close', onGone).setTimeout(TIMEOUT_MS)
  return {
    socket,
    release() {
      for (const event of events) socket.removeListener(event, end)
      return socket.removeListener('close', onGone).setTimeout(0)
    },
  }
}
