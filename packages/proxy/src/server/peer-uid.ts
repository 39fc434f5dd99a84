import { open } from 'node:fs/promises'
import { type Endpoint, findOwner, keysOf, type TableKeys, tableKeys } from './socket-table.js'

/** The user whose process holds the other end of a connection; undefined where none of this network namespace does. */
export type UidOfPeer = (peer: Endpoint, own: Endpoint) => Promise<number | undefined>

/** One of the kernel's tables, read once from its beginning. */
interface Table {
  /** The next lines, whole ones only; undefined at the end. */
  read(): Promise<string | undefined>
  close(): Promise<void>
}

export type OpenTable = (name: keyof TableKeys) => Promise<Table>

interface Wanted {
  readonly keys: TableKeys
  /** Counts those who ask: whoever has a greater one came later. */
  readonly ordinal: number
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
 *
 * What was read before somebody came says nothing of them: their end may have been half-way in, or somebody else's who had
 * the same port.
 */
export function createUidOfPeer(openTable: OpenTable = openProcTable): UidOfPeer {
  const waiting = new Set<Wanted>()
  let asked = 0
  let isLooking = false
  const look = async () => {
    isLooking = true
    while (waiting.size > 0) await lookOnce(openTable, waiting, () => asked)
    isLooking = false
  }
  return (peer, own) =>
    new Promise((settle, fail) => {
      asked += 1
      waiting.add({ keys: tableKeys(peer, own), ordinal: asked, misses: 0, settle, fail })
      if (!isLooking) void look()
    })
}

/** Settles those who are found, or have been missed too often: they wait no more. */
async function lookOnce(openTable: OpenTable, waiting: Set<Wanted>, newest: () => number): Promise<void> {
  const fromTheBeginning = [...waiting]
  try {
    for (const name of TABLES) {
      if ([...waiting].some(({ keys }) => keys[name] !== undefined)) await lookIn(name, openTable, waiting, newest)
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

/** Until nobody waits any more, or the table's end. */
async function lookIn(
  name: keyof TableKeys,
  openTable: OpenTable,
  waiting: Set<Wanted>,
  newest: () => number,
): Promise<void> {
  const table = await openTable(name)
  try {
    while (waiting.size > 0) {
      const last = newest()
      const lines = await table.read()
      if (lines === undefined) return
      settleFound(lines, name, waiting, last)
    }
  } finally {
    await table.close()
  }
}

/** Of those who wait, up to the one with the ordinal `last`. */
function settleFound(lines: string, name: keyof TableKeys, waiting: Set<Wanted>, last: number): void {
  // One by one many would look at each line as often as they are.
  const present = waiting.size > 1 ? keysOf(lines) : undefined
  for (const wanted of waiting) {
    // They wait in the order they came.
    if (wanted.ordinal > last) return
    const key = wanted.keys[name]
    if (key === undefined || present?.has(key) === false) continue
    const owner = findOwner(lines, key)
    if (owner === undefined) continue
    waiting.delete(wanted)
    wanted.settle(owner === 'nobody' ? undefined : owner)
  }
}

/** More than a page: the kernel gives no more than one a read, whole lines only. */
const BUFFER_BYTES = 64 * 1024

const NO_TABLE: Table = { read: async () => undefined, close: async () => {} }

/** `/proc/net` is what the network namespace of this process has. A machine without IPv6 has no `tcp6`. */
async function openProcTable(name: keyof TableKeys): Promise<Table> {
  const file = await open(`/proc/net/${name}`).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!file) return NO_TABLE
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  let rest = ''
  const read = async () => {
    const { bytesRead } = await file.read(buffer, 0, BUFFER_BYTES, null)
    if (bytesRead === 0) return undefined
    const text = rest + buffer.toString('latin1', 0, bytesRead)
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    return text.slice(0, end)
  }
  return { read, close: () => file.close() }
}
