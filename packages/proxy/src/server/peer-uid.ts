import { open } from 'node:fs/promises'
import { type Endpoint, findOwner, keysOf, type TableKeys, tableKeys } from './socket-table.js'

/** The user whose process holds the other end of a connection; undefined where none of this network namespace does. */
export type UidOfPeer = (peer: Endpoint, own: Endpoint) => Promise<number | undefined>

/** Passes on a table in pieces of whole lines, until the end or until told that it is enough. */
export type ReadTable = (name: keyof TableKeys, isEnough: (lines: string) => boolean) => Promise<void>

interface Wanted {
  readonly keys: TableKeys
  /** How often all tables were read in vain. */
  misses: number
  readonly settle: (uid: number | undefined) => void
  readonly fail: (error: Error) => void
}

/**
 * A table may lose a line while it is read, when others before it go away: what is not there is looked for again. With thousands of
 * connections a second a line is missed in one look of a hundred (measured); whoever is refused for that is refused what is theirs.
 */
const LOOKS = 4

const TABLES = ['tcp', 'tcp6'] as const

/**
 * Looks peers up in the kernel's tables, which have no index: a look costs the time to walk them. So it is off the event
 * loop, there is one at a time, and it serves all who wait. Who comes during one is looked for in what is still to be read: of
 * many connections at once most are found in a single look. Only a whole one says that somebody is not there.
 */
export function createUidOfPeer(readTable: ReadTable = readProcTable): UidOfPeer {
  const waiting = new Set<Wanted>()
  let isLooking = false
  const look = async () => {
    isLooking = true
    while (waiting.size > 0) await lookOnce(readTable, waiting)
    isLooking = false
  }
  return (peer, own) =>
    new Promise((settle, fail) => {
      waiting.add({ keys: tableKeys(peer, own), misses: 0, settle, fail })
      if (!isLooking) void look()
    })
}

/** Settles those who are found, or have been missed too often: they wait no more. */
async function lookOnce(readTable: ReadTable, waiting: Set<Wanted>): Promise<void> {
  const fromTheBeginning = [...waiting]
  try {
    for (const name of TABLES) {
      if ([...waiting].some(({ keys }) => keys[name] !== undefined))
        await readTable(name, (lines) => settleFound(lines, name, waiting))
    }
  } catch (error) {
    for (const { fail } of waiting) fail(error as Error)
    waiting.clear()
    return
  }
  for (const wanted of fromTheBeginning) {
    wanted.misses += 1
    if (wanted.misses >= LOOKS && waiting.delete(wanted)) wanted.settle(undefined)
  }
}

/** True once nobody waits any more. */
function settleFound(lines: string, name: keyof TableKeys, waiting: Set<Wanted>): boolean {
  // One by one many would look at each line as often as they are.
  const present = waiting.size > 1 ? keysOf(lines) : undefined
  for (const wanted of waiting) {
    const key = wanted.keys[name]
    if (key === undefined || present?.has(key) === false) continue
    const owner = findOwner(lines, key)
    if (owner === undefined) continue
    waiting.delete(wanted)
    wanted.settle(owner === 'nobody' ? undefined : owner)
  }
  return waiting.size === 0
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
