import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Keeper } from '../../test/support/cleanup.js'
import { freePort, untilListening } from '../../test/support/ports.js'
import { type Running, run } from '../../test/support/process.js'
import { CONTENDER_CORE, pinned } from '../machine/machine.js'
import type { Contender, Site } from './contender.js'

/** A contender that listens. */
export interface Started {
  readonly contender: Contender
  readonly port: number
  readonly pid: number
  readonly process: Running
}

/** Starts one on its own core and waits until it listens. Throws what it said where it ends before. */
export async function start(
  contender: Contender,
  where: Omit<Site, 'port' | 'directory'>,
  keep: Keeper,
): Promise<Started> {
  const directory = makeFolder(keep)
  const port = await freePort()
  const { command, env } = await contender.prepare({ ...where, port, directory })
  const [program = '', ...args] = pinned(CONTENDER_CORE, command)
  const process = run(program, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], ...(env && { env }) }, keep)
  await untilListening(port, process)
  return { contender, port, pid: process.pid, process }
}

/** A new folder, removed in the end: of its use, or of this process if a signal comes first. */
export function makeFolder(keep: Keeper): string {
  const directory = mkdtempSync(join(tmpdir(), 'iam-auth-bench-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  process.once('exit', remove)
  keep(remove)
  return directory
}
