import { parentPort, workerData } from 'node:worker_threads'
import { runTarget } from './run-target.js'
import { targets } from './targets.js'

/** One target in a thread of its own, so that one that never comes back can be ended. */
export interface WorkerInput {
  readonly name: string
  readonly seed: number
  readonly runs: number
  /** The number of the case under way. */
  readonly progress: SharedArrayBuffer
}

const { name, seed, runs, progress } = workerData as WorkerInput
const counter = new Int32Array(progress)
const target = targets.find((candidate) => candidate.name === name)
if (target === undefined) throw new TypeError(`no target ${name}`)
parentPort?.postMessage(runTarget(target, { seed, runs, onCase: (index) => void Atomics.store(counter, 0, index) }))
