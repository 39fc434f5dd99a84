import { makeCertificate } from '../../test/support/https.js'
import { createCleanup } from '../cleanup.js'
import { ours } from '../contenders/ours.js'
import { type Started, start } from '../contenders/start.js'
import { cpuSeconds } from '../machine/proc.js'
import type { Bench, Result, Scenario } from '../model.js'
import { type Sample, toRow } from '../row.js'
import { quantile } from '../statistics.js'
import { startWorker, type Worker } from '../workers/connect.js'
import type { LoadAnswer, LoadQuestion } from '../workers/load-question.js'

/** New hosts in a round. */
const HOSTS = 100

/** What the first connection to a host costs more than the second: its certificate, and the TLS context that shows it. */
export const leafScenario: Scenario = {
  name: 'leaf',
  title: 'A connection to a new host inside TLS that is looked into, and once more',
  isMain: false,
  estimateSeconds: ({ rounds, warmUps }) => (rounds + warmUps) * 1.5 + 5,
  run,
}

const COLUMNS = [
  { key: 'cpu', title: 'CPU µs/connection' },
  { key: 'p50', title: 'p50 µs' },
  { key: 'p99', title: 'p99 µs' },
]

async function run({ plan }: Bench): Promise<Result> {
  const cleanup = createCleanup()
  const samples = { fresh: [] as Sample[], known: [] as Sample[] }
  try {
    const site = await startSite(cleanup.keep)
    for (let round = 1 - plan.warmUps; round <= plan.rounds; round++) {
      const names = Array.from({ length: HOSTS }, (_, at) => `host-${round + plan.warmUps}-${at}.bench.test`)
      await site.know(names)
      for (const kind of ['fresh', 'known'] as const) {
        const sample = await measure(site, names)
        if (round > 0) samples[kind].push(sample)
      }
    }
  } finally {
    await cleanup.end()
  }
  const rows = [
    toRow({ name: `${ours.name}, a new host`, role: 'ours' }, samples.fresh),
    toRow({ name: `${ours.name}, again`, role: 'ours' }, samples.known),
  ]
  const [fresh, known] = rows.map(({ figures }) => figures['cpu']?.median ?? Number.NaN) as [number, number]
  const notes = [`a new host costs ${((fresh - known) / 1000).toFixed(2)} ms more`]
  return { name: leafScenario.name, title: leafScenario.title, columns: COLUMNS, primary: 'cpu', rows, notes }
}

interface LeafSite {
  readonly started: Started
  readonly load: Worker
  readonly question: LoadQuestion
  /** The bastion resolves these from now on. */
  know(names: readonly string[]): Promise<unknown>
}

async function startSite(keep: Parameters<typeof startWorker>[1]): Promise<LeafSite> {
  const certificate = await makeCertificate(['*.bench.test'], keep)
  const service = startWorker('upstream', keep)
  const { port: upstream } = await service.ask<{ port: number }>({ cert: certificate.cert, key: certificate.key })
  const bastion = startWorker('socks', keep)
  const { port: socks } = await bastion.ask<{ port: number }>({})
  const started = await start(ours, { upstream, socks, secure: { name: '*.bench.test', certificate } }, keep)
  // The service ends each connection, so that the second time is without one too.
  const shape = { path: '/last/200', expect: 200, tunnel: true, keepAlive: false, clients: 1, count: HOSTS }
  return {
    started,
    load: startWorker('load', keep),
    question: { ...shape, certificate: certificate.cert, proxyPort: started.port, host: `bench.test:${upstream}` },
    know: (names) => bastion.ask({ names, to: upstream }),
  }
}

async function measure({ started, load, question }: LeafSite, names: readonly string[]): Promise<Sample> {
  const [, port] = question.host.split(':')
  const before = cpuSeconds(started.pid)
  const { latencies, errors } = await load.ask<LoadAnswer>({
    ...question,
    hosts: names.map((name) => `${name}:${port}`),
  })
  const cpu = ((cpuSeconds(started.pid) - before) / HOSTS) * 1e6
  return { figures: { cpu, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) }, errors }
}
