import { createCleanup } from '../cleanup.js'
import type { Contender } from '../contenders/contender.js'
import { start } from '../contenders/start.js'
import { cpuSeconds } from '../machine/proc.js'
import type { Bench, Result, Scenario } from '../model.js'
import { type Sample, toRow } from '../row.js'
import { startWorker, type Worker } from '../workers/connect.js'
import type { LoadAnswer } from '../workers/load-question.js'

/** A person's proxy mostly runs cold: this many requests come before anything is compiled. */
const REQUESTS = 100

/** A new process in every round. */
export const coldScenario: Scenario = {
  name: 'cold',
  title: `The first ${REQUESTS} requests of a new process, one after another`,
  isMain: true,
  estimateSeconds: ({ rounds }, contenders) => contenders * rounds * 0.9 + 5,
  run,
}

const COLUMNS = [
  { key: 'mean', title: 'mean µs', digits: 0 },
  { key: 'first', title: 'first µs' },
  { key: 'cpu', title: 'CPU µs/request' },
]

async function run(bench: Bench): Promise<Result> {
  const { name, title } = coldScenario
  const cleanup = createCleanup()
  const samples = new Map<Contender, Sample[]>()
  try {
    const { port: upstream } = await startWorker('upstream', cleanup.keep).ask<{ port: number }>({})
    const load = startWorker('load', cleanup.keep)
    const able = bench.contenders.filter(({ abilities }) => abilities.includes('http'))
    for (let round = 0; round < bench.plan.rounds; round++) {
      for (const contender of able) {
        samples.set(contender, [...(samples.get(contender) ?? []), await measure(contender, upstream, load)])
      }
    }
  } finally {
    await cleanup.end()
  }
  return {
    name,
    title,
    columns: COLUMNS,
    primary: 'mean',
    rows: [...samples].map(([contender, all]) => toRow(contender, all)),
    notes: [],
  }
}

async function measure(contender: Contender, upstream: number, load: Worker): Promise<Sample> {
  const cleanup = createCleanup()
  try {
    const { port, pid } = await start(contender, { upstream, isTrusted: true }, cleanup.keep)
    const before = cpuSeconds(pid)
    const shape = { path: '/bytes/200', expect: 200, clients: 1, keepAlive: !contender.closesUnannounced }
    const ask = (count: number) =>
      load.ask<LoadAnswer>({ ...shape, count, proxyPort: port, host: `127.0.0.1:${upstream}` })
    const first = await ask(1)
    const rest = await ask(REQUESTS - 1)
    const micros = [...first.latencies, ...rest.latencies].reduce((sum, one) => sum + one, 0)
    const cpu = ((cpuSeconds(pid) - before) / REQUESTS) * 1e6
    return {
      figures: { mean: micros / REQUESTS, first: first.latencies[0] ?? 0, cpu },
      errors: first.errors + rest.errors,
    }
  } catch {
    return { figures: {}, errors: 1 }
  } finally {
    await cleanup.end()
  }
}
