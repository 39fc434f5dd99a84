import { cpus, release, totalmem } from 'node:os'
import { findProgram } from '../../test/support/programs.js'
import { stealSeconds } from './proc.js'

/** Where figures come from: they do not carry to another machine. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly kernel: string
  readonly node: string
}

export function describeMachine(): Machine {
  const [first] = cpus()
  const cpu = (first?.model ?? 'unknown processor').trim()
  return { cpu, cores: cpus().length, memoryGb: Math.round(totalmem() / 1e9), kernel: release(), node: process.version }
}

/** The load, its upstream and everything else are on one core, the contender alone on the other. */
export const LOAD_CORE = 0
export const CONTENDER_CORE = 1

/** The command line that runs this one on a core of its own. */
export function pinned(core: number, command: readonly string[]): string[] {
  return [taskset, '-c', String(core), ...command]
}

const taskset = findProgram('taskset') ?? 'taskset'

/** What keeps this machine from measuring at all, in words with what to do; undefined where nothing does. */
export function unfitness(): string | undefined {
  if (process.platform !== 'linux') return 'the benchmark reads /proc and pins processes to cores: run it on Linux'
  if (cpus().length < 2) return 'the benchmark needs two cores: one for the load, one for the proxy'
  if (findProgram('taskset') === undefined) return 'taskset is missing: apt-get install util-linux'
  return undefined
}

/** Percent of processor time that other guests of the host took while something ran. */
export function watchSteal(): () => number {
  const before = stealSeconds()
  return () => {
    const after = stealSeconds()
    return after.all === before.all ? 0 : ((after.steal - before.steal) / (after.all - before.all)) * 100
  }
}
