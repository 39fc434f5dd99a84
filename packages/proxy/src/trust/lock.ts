import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A change takes milliseconds: who waits this long waits for something else. */
const PATIENCE_MS = 15_000
const LOOK_AGAIN_MS = 15
/** Nobody holds it this long: what is older was left by a machine that is gone, or its number has another process by now. */
const ABANDONED_MS = 60_000
/** Between the making of a lock's file and its content there are microseconds. */
const UNWRITTEN_MS = 5_000
const UNWRITTEN = 'unwritten-'

interface Holder {
  readonly pid: number
  readonly host: string
  /** Different for each time that somebody takes the lock. */
  readonly id: string
}

/** A lock that is held. */
export interface HeldLock {
  /** False once another process has taken it for abandoned. */
  isHeld(): boolean
  release(): void
}

/**
 * Waits for the lock at `path`, and takes it over from a process that is dead. Whoever takes over from holder A makes the
 * file `<path>.<id of A>`, which only one can; a second death is taken over the same way.
 */
export async function acquireLock(path: string, patienceMs = PATIENCE_MS): Promise<HeldLock> {
  const self: Holder = { pid: process.pid, host: hostname(), id: randomBytes(9).toString('hex') }
  const start = performance.now()
  for (;;) {
    const places = tryAcquire(path, self)
    if (places !== undefined) {
      if (places.length === 1) sweep(path)
      return heldLock(path, places, self)
    }
    if (performance.now() - start > patienceMs) throw new Error(`${path} is held by another process: ${who(path)}`)
    await pause(LOOK_AGAIN_MS * (0.5 + Math.random()))
  }
}

/** The files that stand for the lock now, ours the last; nothing where somebody else has it. */
function tryAcquire(path: string, self: Holder): string[] | undefined {
  const places = [path]
  const head = readHolder(path)
  for (;;) {
    const place = places.at(-1) ?? path
    if (create(place, self)) {
      // While we looked, the lock may have been let go: then what we have made follows a holder of the past.
      if (place === path || readHolder(path)?.id === head?.id) return places
      remove(place)
      return undefined
    }
    const holder = readHolder(place)
    if (holder === undefined || isAlive(holder, place)) return undefined
    places.push(`${path}.${holder.id}`)
  }
}

function heldLock(path: string, places: readonly string[], self: Holder): HeldLock {
  const head = readHolder(path)?.id
  const isHeld = () =>
    readHolder(path)?.id === head &&
    readHolder(places.at(-1) ?? path)?.id === self.id &&
    readHolder(`${path}.${self.id}`) === undefined
  return {
    isHeld,
    release() {
      // The first one first: as long as it is there, nobody may find the place behind it free.
      if (isHeld()) places.forEach(remove)
    },
  }
}

/** With the first place ours, nobody holds the lock by any other: what is left of those is of the dead. */
function sweep(path: string): void {
  const prefix = `${basename(path)}.`
  for (const name of readdirSync(dirname(path))) if (name.startsWith(prefix)) remove(join(dirname(path), name))
}

function create(place: string, self: Holder): boolean {
  try {
    writeFileSync(place, JSON.stringify(self), { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** What is being written this very moment has no holder that could be asked: it is told by its age alone. */
function readHolder(place: string): Holder | undefined {
  try {
    const text = readFileSync(place, 'utf8')
    if (isWhole(text)) return JSON.parse(text) as Holder
    const { ino, mtimeMs } = statSync(place)
    return { pid: 0, host: '', id: `${UNWRITTEN}${ino}-${mtimeMs}` }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isWhole(text: string): boolean {
  return /^\{"pid":\d+,"host":"[^"]*","id":"[0-9a-f]+"\}$/.test(text)
}

function isAlive({ pid, host, id }: Holder, place: string): boolean {
  const made = statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (Date.now() - made > (id.startsWith(UNWRITTEN) ? UNWRITTEN_MS : ABANDONED_MS)) return false
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function who(path: string): string {
  const { pid, host } = readHolder(path) ?? { pid: 0, host: '' }
  return `process ${pid} on ${host}. If that is no iam-auth-proxy, remove the file`
}

function remove(place: string): void {
  rmSync(place, { force: true })
}
