/** `npm run fuzz -- [--runs N] [--seed S] [--target NAME] [--keep]`: every parser, a million inputs, or as many as are wanted. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { addToCorpus } from './corpus.js'
import { findings, inputOf, type Summary } from './run-target.js'
import type { Target } from './target.js'
import { shares, targets } from './targets.js'
import type { WorkerInput } from './worker.js'

/** ms without progress after which a case is said to hang. */
const HANG_MS = 30_000
/** Characters of an input that are printed. */
const SHOWN = 2000

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    target: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target)
if (chosen.length === 0 || !Number.isInteger(seed) || !(Number(values.runs) > 0)) {
  console.error(`--runs and --seed are numbers; targets are: ${targets.map(({ name }) => name).join(', ')}`)
  process.exit(64)
}

console.log(`seed ${seed}`)
let cases = 0
let seconds = 0
for (const [target, runs] of shares(chosen, Number(values.runs))) {
  const summary = await runInThread(target, runs)
  cases += summary.cases
  seconds += summary.seconds
  report(summary)
  if (values.keep) addToCorpus(target.name, findings(summary))
}
console.log(`${cases} cases, ${Math.round(cases / seconds)}/s, ${process.exitCode === 1 ? 'FAILED' : 'nothing found'}`)

async function runInThread(target: Target, runs: number): Promise<Summary> {
  const progress = new SharedArrayBuffer(4)
  const workerData: WorkerInput = { name: target.name, seed, runs, progress }
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData })
  const watch = watchProgress(new Int32Array(progress))
  try {
    const message = new Promise<Summary>((resolve, reject) => worker.once('message', resolve).once('error', reject))
    return await Promise.race([message, watch.hang.then((index) => hung(target, index))])
  } finally {
    watch.stop()
    await worker.terminate()
  }
}

function watchProgress(counter: Int32Array) {
  let timer: NodeJS.Timeout | undefined
  const hang = new Promise<number>((resolve) => {
    let last = -1
    timer = setInterval(() => {
      const index = Atomics.load(counter, 0)
      if (index === last) resolve(index)
      last = index
    }, HANG_MS)
  })
  return { hang, stop: () => clearInterval(timer) }
}

function hung(target: Target, index: number): Summary {
  const failure = { reason: `did not come back from case ${index}`, input: inputOf(target, seed, index) }
  return { name: target.name, cases: index, seconds: HANG_MS / 1000, slowestMs: HANG_MS, outcomes: new Map(), failure }
}

function report({ name, cases: count, seconds: time, slowestMs, outcomes, failure }: Summary): void {
  const accepted = outcomes.get('accepted')?.count ?? 0
  const figures = [
    `${count} cases`,
    `${Math.round(count / time)}/s`,
    `${accepted} accepted`,
    `${outcomes.size} outcomes`,
    `slowest ${slowestMs.toFixed(1)} ms`,
  ]
  console.log(`${name}: ${figures.join(', ')}`)
  if (failure === undefined) return
  process.exitCode = 1
  console.log(`FAILED: ${failure.reason}\n  input: ${shortened(failure.input)}`)
  console.log(`  again: npm run fuzz -- --target '${name}' --seed ${seed} --runs ${count}`)
}

/** The command below has it in full. */
function shortened(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length} characters)`
}
