import { open } from 'node:fs/promises'
import { type Endpoint, findOwner, type TableKeys, tableKeys } from './socket-table.js'

/** The user whose process holds the other end of a connection; undefined where none of this network namespace does. */
export type UidOfPeer = (peer: Endpoint, own: Endpoint) => Promise<number | undefined>

/** Passes on a table in pieces of whole lines, until the end or until told that it is enough. */
export type ReadTable = (name: keyof TableKeys, isEnough: (lines: string) => boolean) => Promise<void>

interface Wanted {
  readonly keys: TableKeys
  /** How often all tables were read in vain. */
  misses: number
  owner: number | 'nobody' | undefined
  readonly settle: (uid: number | undefined) => void
  readonly fail: (error: Error) => void
}

/** A table may lose a line while it is read, when others before it go away: what is not there is looked for again. */
const LOOKS = 2

/**
 * Looks peers up in the kernel's tables, which have no index: a look costs the time to walk them. So it is off the event
 * loop, there is one at a time, and it serves all who wait; connections accepted meanwhile wait for the next one.
 */
export function createUidOfPeer(readTable: ReadTable = readProcTable): UidOfPeer {
  let waiting: Wanted[] = []
  let isLooking = false
  const look = async () => {
    isLooking = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      const missed = await lookOnce(readTable, batch)
      waiting.push(...missed)
    }
    isLooking = false
  }
  return (peer, own) =>
    new Promise((settle, fail) => {
      waiting.push({ keys: tableKeys(peer, own), misses: 0, owner: undefined, settle, fail })
      if (!isLooking) void look()
    })
}

/** Settles those who were found, or missed too often; returns the others. */
async function lookOnce(readTable: ReadTable, batch: readonly Wanted[]): Promise<Wanted[]> {
  try {
    for (const name of ['tcp', 'tcp6'] as const) {
      const sought = batch.filter(({ keys, owner }) => owner === undefined && keys[name] !== undefined)
      const isEnough = (lines: string) => sought.filter((wanted) => !isIn(lines, wanted, name)).length === 0
      if (sought.length > 0) await readTable(name, isEnough)
    }
  } catch (error) {
    for (const { fail } of batch) fail(error as Error)
    return []
  }
  return batch.filter((wanted) => !isSettled(wanted))
}

function isIn(lines: string, wanted: Wanted, name: keyof TableKeys): boolean {
  wanted.owner ??= findOwner(lines, wanted.keys[name] ?? '')
  return wanted.owner !== undefined
}

function isSettled(wanted: Wanted): boolean {
  const { owner, settle } = wanted
  wanted.misses += 1
  if (owner === undefined && wanted.misses < LOOKS) return false
  settle(owner === 'nobody' ? undefined : owner)
  return true
}

/** More than a page: the kernel gives no more than one a read, whole lines only. */
const BUFFER_BYTES = 64 * 1024

/** `/proc/net` is what the network namespace of this process has. A machine without IPv6 has no `tcp6`. */
async function readProcTable(name: keyof TableKeys, isEnough: (lines: string) => boolean): Promise<void> {
  const file = await open(`/proc/net/${name}`).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!file) return
  try {
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
    let rest = ''
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, BUFFER_BYTES, null)
      if (bytesRead === 0) return
      const text = rest + buffer.toString('latin1', 0, bytesRead)
      const end = text.lastIndexOf('\n') + 1
      if (isEnough(text.slice(0, end))) return
      rest = text.slice(end)
    }
  } finally {
    await file.close()
  }
}
