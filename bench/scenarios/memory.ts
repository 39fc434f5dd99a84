import { createCleanup } from '../cleanup.js'
import type { Contender } from '../contenders/contender.js'
import { type Started, start } from '../contenders/start.js'
import { memoryMb } from '../machine/proc.js'
import type { Bench, Result, Scenario } from '../model.js'
import { type Sample, toRow } from '../row.js'
import { startWorker, type Worker } from '../workers/connect.js'
import type { LoadAnswer } from '../workers/load-question.js'
import { runWrk } from '../wrk.js'
import { GIB } from './load-kinds.js'

const CLIENTS = 256
/** ms between two looks at the resident memory. */
const LOOK_MS = 50
/** Whom ours is beside; all others forward the same way as one of these. */
const BESIDE = ['node:http by hand', 'http-proxy, keep-alive', 'goproxy, default', 'goproxy, large pool', 'squid']

/** A new process in every round, so that no round's peak is another's. */
export const memoryScenario: Scenario = {
  name: 'memory',
  title: `Resident memory: 1 GiB down, 1 GiB up, then ${CLIENTS} clients`,
  isMain: false,
  estimateSeconds: ({ rounds, seconds }) => (BESIDE.length + 2) * rounds * (seconds + 5) + 5,
  run,
}

const COLUMNS = [
  { key: 'clients', title: `MB, ${CLIENTS} clients` },
  { key: 'start', title: 'MB after 100 GETs' },
  { key: 'download', title: 'MB more in 1 GiB down' },
  { key: 'upload', title: 'MB more in 1 GiB up' },
]

interface Measured extends Sample {
  readonly reason?: string
}

async function run(bench: Bench): Promise<Result> {
  const { name, title } = memoryScenario
  const cleanup = createCleanup()
  const samples = new Map<Contender, Measured[]>()
  try {
    const { port: upstream } = await startWorker('upstream', cleanup.keep).ask<{ port: number }>({})
    const load = startWorker('load', cleanup.keep)
    const able = bench.contenders.filter(isBeside)
    for (let round = 0; round < bench.plan.rounds; round++) {
      for (const contender of able) {
        const sample = await measure(contender, { upstream, load, seconds: bench.plan.seconds })
        samples.set(contender, [...(samples.get(contender) ?? []), sample])
      }
    }
  } finally {
    await cleanup.end()
  }
  const notes = [...samples].flatMap(([{ name: who }, all]) => {
    const reason = all.find((sample) => sample.reason !== undefined)?.reason
    return reason === undefined ? [] : [`${who}: ${reason.slice(0, 200)}`]
  })
  return {
    name,
    title,
    columns: COLUMNS,
    primary: 'clients',
    rows: [...samples].map(([contender, all]) => toRow(contender, all)),
    notes,
  }
}

function isBeside({ name, role, abilities }: Contender): boolean {
  return role === 'ours' || BESIDE.includes(name) || abilities.includes('reverse')
}

interface Place {
  readonly upstream: number
  readonly load: Worker
  readonly seconds: number
}

async function measure(contender: Contender, place: Place): Promise<Measured> {
  const cleanup = createCleanup()
  try {
    const started = await start(contender, { upstream: place.upstream }, cleanup.keep)
    return await load(started, place)
  } catch (error) {
    return { figures: {}, errors: 1, reason: String(error) }
  } finally {
    await cleanup.end()
  }
}

async function load({ port, pid }: Started, { upstream, load: worker, seconds }: Place): Promise<Measured> {
  const host = `127.0.0.1:${upstream}`
  const shape = { proxyPort: port, host, clients: 1, count: 1, keepAlive: true }
  const ask = (more: object) => worker.ask<LoadAnswer>({ ...shape, ...more })
  const memory = () => memoryMb(pid)
  const small = await ask({ path: '/bytes/200', expect: 200, count: 100 })
  const before = memory()
  const download = await peakDuring(memory, ask({ path: `/bytes/${GIB}`, expect: GIB }))
  const between = memory()
  const upload = await peakDuring(memory, ask({ path: '/count', upload: GIB, expect: String(GIB).length }))
  const target = `http://${host}/bytes/200`
  const many = await peakDuring(memory, runWrk({ port, target, host, connections: CLIENTS, seconds }))
  const answers = [small, download.value, upload.value]
  const [reason] = answers.flatMap(({ firstError }) => firstError ?? [])
  return {
    figures: { start: before, download: download.peak - before, upload: upload.peak - between, clients: many.peak },
    errors: answers.reduce((sum, { errors }) => sum + errors, many.value.errors + many.value.readErrors),
    ...(reason && { reason }),
  }
}

/** The highest that was seen while something ran. */
async function peakDuring<T>(memory: () => number, work: Promise<T>): Promise<{ value: T; peak: number }> {
  let peak = memory()
  const timer = setInterval(() => {
    peak = Math.max(peak, memory())
  }, LOOK_MS)
  try {
    return { value: await work, peak: Math.max(peak, memory()) }
  } finally {
    clearInterval(timer)
  }
}
