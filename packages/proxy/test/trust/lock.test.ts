import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { acquireLock } from '../../src/trust/lock.js'
import { ownFolder } from './folder.js'

/** The number of a process that has ended. */
const deadPid = spawnSync(process.execPath, ['--version']).pid
const MINUTES_AGO = new Date(Date.now() - 120_000)

function leave(path: string, holder: { pid: number; host?: string; id: string }, time?: Date): void {
  writeFileSync(path, JSON.stringify({ pid: holder.pid, host: holder.host ?? hostname(), id: holder.id }))
  if (time !== undefined) utimesSync(path, time, time)
}

/** How many of these hold the lock at the same time, at most. */
async function mostAtOnce(path: string, contenders: number): Promise<number> {
  let holding = 0
  let most = 0
  const contend = async () => {
    const lock = await acquireLock(path)
    holding += 1
    most = Math.max(most, holding)
    await new Promise((resolve) => setImmediate(resolve))
    expect(lock.isHeld()).toBe(true)
    holding -= 1
    lock.release()
  }
  await Promise.all(Array.from({ length: contenders }, contend))
  return most
}

describe('the lock', () => {
  it('is held by one at a time, and leaves nothing behind', async () => {
    const path = join(ownFolder(), 'lock')
    expect(await mostAtOnce(path, 20)).toBe(1)
    expect(readdirSync(dirname(path))).toEqual([])
  })

  it.each<[what: string, leaveIt: (path: string) => void]>([
    ['of a process that is dead', (path) => leave(path, { pid: deadPid, id: 'aa' })],
    [
      'that was taken over by a process that is dead as well',
      (path) => {
        leave(path, { pid: deadPid, id: 'aa' })
        leave(`${path}.aa`, { pid: deadPid, id: 'bb' })
        leave(`${path}.bb`, { pid: deadPid, id: 'cc' })
      },
    ],
    ['whose number another process has by now', (path) => leave(path, { pid: process.pid, id: 'aa' }, MINUTES_AGO)],
    ['of a machine that is gone', (path) => leave(path, { pid: 1, host: 'gone', id: 'aa' }, MINUTES_AGO)],
    [
      'that was never written, because the power went',
      (path) => {
        writeFileSync(path, '')
        utimesSync(path, MINUTES_AGO, MINUTES_AGO)
      },
    ],
  ])('%s is taken over by one at a time', async (_what, leaveIt) => {
    const path = join(ownFolder(), 'lock')
    leaveIt(path)
    expect(await mostAtOnce(path, 20)).toBe(1)
    expect(readdirSync(dirname(path))).toEqual([])
  })

  it.each<[what: string, leaveIt: (path: string) => void]>([
    ['of a process that lives', (path) => leave(path, { pid: process.pid, id: 'aa' })],
    ['of another machine that may live', (path) => leave(path, { pid: deadPid, host: 'elsewhere', id: 'aa' })],
    ['that is being written', (path) => writeFileSync(path, '')],
  ])('%s is waited for', async (_what, leaveIt) => {
    const path = join(ownFolder(), 'lock')
    leaveIt(path)
    const waiting = acquireLock(path, 60)
    await expect(waiting).rejects.toThrow(/is held by another process: .* remove the file/)
    expect(existsSync(path)).toBe(true)
  })

  it('that was taken for abandoned is known not to be held any more, and is not released from under its new holder', async () => {
    const path = join(ownFolder(), 'lock')
    const slow = await acquireLock(path)
    utimesSync(path, MINUTES_AGO, MINUTES_AGO)
    const next = await acquireLock(path)
    expect(slow.isHeld()).toBe(false)
    slow.release()
    expect(next.isHeld()).toBe(true)
    next.release()
    expect(readdirSync(dirname(path))).toEqual([])
  })
})
