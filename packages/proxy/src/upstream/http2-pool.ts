import type { TLSSocket } from 'node:tls'
import { formatHostPort } from '../config/host-port.js'
import { type KeptSession, keepSession } from './http2-session.js'

/** Sessions kept for later requests; beyond it the one that was used the longest time ago ends with its last stream. */
const SESSION_LIMIT = 256

interface Target {
  readonly host: string
  readonly port: number
}

/** A session for a request, and whether it had been in use before. */
export interface TakenSession {
  readonly session: KeptSession
  readonly isReused: boolean
}

/** Connections that speak HTTP/2: one for each service, however many requests. */
export interface Http2Pool {
  /** Nothing where the service negotiates HTTP/1.1. Rejects with what dialling rejects with. */
  take(target: Target): Promise<TakenSession | undefined>
  has(target: Target): boolean
  /** A connection that has negotiated `h2`, for the next request to this target. */
  adopt(target: Target, socket: TLSSocket): void
  close(): void
}

/** `dial` gives nothing where the service negotiates HTTP/1.1. */
export function createHttp2Pool(dial: (target: Target) => Promise<TLSSocket | undefined>): Http2Pool {
  const sessions = new Map<string, Promise<KeptSession | undefined>>()
  /** Retired ones as well: they may have streams. */
  const open = new Set<KeptSession>()
  let isClosed = false
  const keep = (target: Target, socket: TLSSocket): KeptSession => {
    const session = keepSession(socket, `https://${nameOf(target)}`, () => forget(nameOf(target), session))
    open.add(session)
    if (isClosed) session.destroy()
    socket.once('close', () => open.delete(session))
    return session
  }
  const forget = (name: string, session: KeptSession) => {
    void sessions.get(name)?.then(
      (kept) => kept === session && sessions.delete(name),
      () => {},
    )
  }
  const put = (name: string, session: Promise<KeptSession | undefined>) => {
    sessions.delete(name)
    sessions.set(name, session)
    const [oldest] = sessions
    if (sessions.size <= SESSION_LIMIT || !oldest) return
    sessions.delete(oldest[0])
    oldest[1].then(
      (kept) => kept?.retire(),
      () => {},
    )
  }
  const dialNew = async (target: Target): Promise<TakenSession | undefined> => {
    const name = nameOf(target)
    const dialled = dial(target).then((socket) => socket && keep(target, socket))
    put(name, dialled)
    const drop = () => sessions.get(name) === dialled && sessions.delete(name)
    dialled.then((session) => session ?? drop(), drop)
    const session = await dialled
    return session && { session, isReused: false }
  }
  const take: Http2Pool['take'] = async (target) => {
    const name = nameOf(target)
    const before = sessions.get(name)
    if (!before) return dialNew(target)
    const session = await before
    if (!session) return undefined
    if (session.hasRoom() && (await session.isAlive()) && session.hasRoom()) {
      if (sessions.get(name) === before) put(name, before)
      return { session, isReused: true }
    }
    if (sessions.get(name) === before) sessions.delete(name)
    session.retire()
    return take(target)
  }
  return {
    take,
    has: (target) => sessions.has(nameOf(target)),
    adopt(target, socket) {
      const name = nameOf(target)
      const session = keep(target, socket)
      if (sessions.has(name)) session.retire()
      else put(name, Promise.resolve(session))
    },
    close() {
      isClosed = true
      for (const session of open) session.destroy()
    },
  }
}

function nameOf({ host, port }: Target): string {
  return formatHostPort({ host, port })
}
