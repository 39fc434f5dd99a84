import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { createCleanup } from '../cleanup.js'
import { ours } from '../contenders/ours.js'
import { start } from '../contenders/start.js'
import { CONTENDER_CORE } from '../machine/machine.js'
import { cpuSeconds } from '../machine/proc.js'
import type { Bench, Column, Plan, Result, Scenario } from '../model.js'
import { type Sample, toRow } from '../row.js'
import type { AwsAnswer } from '../workers/aws-question.js'
import { startWorker, type Worker } from '../workers/connect.js'
import { runWrk } from '../wrk.js'

const KINDS = ['nothing', 'cookie-session', 'iamAuth()'] as const

const COLUMNS: readonly Column[] = [
  { key: 'cpu', title: 'CPU µs/request' },
  { key: 'rate', title: 'requests/s' },
  { key: 'p50', title: 'p50 µs' },
  { key: 'calls', title: 'calls of AWS' },
]

/** What `iamAuth()` adds to a request of somebody who is logged in. */
export const middlewareScenario: Scenario = {
  name: 'middleware',
  title: 'A page of Express of 200 B, 32 clients with a session; before it:',
  isMain: false,
  estimateSeconds: ({ rounds, warmUps, seconds }) => KINDS.length * (rounds + warmUps) * (seconds + 0.2) + 10,
  run,
}

interface Page {
  readonly kind: (typeof KINDS)[number]
  readonly worker: Worker
  readonly port: number
  /** `Cookie: …` of somebody with a session; none where there are none. */
  readonly field: string | undefined
  readonly samples: Sample[]
}

async function run({ plan }: Bench): Promise<Result> {
  const cleanup = createCleanup()
  try {
    const aws = startWorker('aws', cleanup.keep)
    const known = await aws.ask<AwsAnswer>({})
    const pages: Page[] = []
    for (const kind of KINDS) {
      const worker = startWorker('page', cleanup.keep, CONTENDER_CORE)
      const { port } = await worker.ask<{ port: number }>({ kind, aws: known })
      pages.push({ kind, worker, port, field: await openSession(kind, port, known), samples: [] })
    }
    for (let round = 1 - plan.warmUps; round <= plan.rounds; round++) {
      for (const page of pages) {
        const sample = await measure(page, aws, plan)
        if (round > 0) page.samples.push(sample)
      }
    }
    return report(pages)
  } finally {
    await cleanup.end()
  }
}

/** The cookies that the page sets: behind `iamAuth()` for whom our proxy logs in. */
async function openSession(kind: Page['kind'], port: number, aws: AwsAnswer): Promise<string | undefined> {
  if (kind === 'nothing') return undefined
  const cleanup = createCleanup()
  try {
    const proxy = await start(ours, { upstream: 0, login: { aws, ports: [port], version: 2 } }, cleanup.keep)
    const { headers } = await get(proxy.port, `http://127.0.0.1:${port}/`)
    const pairs = headers['set-cookie']?.map((cookie) => cookie.split(';')[0])
    if (pairs === undefined) throw new Error(`${kind} has set no cookie`)
    return `Cookie: ${pairs.join('; ')}`
  } finally {
    await cleanup.end()
  }
}

async function measure({ worker, port, field }: Page, aws: Worker, { seconds }: Plan) {
  await aws.ask<AwsAnswer>({})
  const before = cpuSeconds(worker.pid)
  const load = await runWrk({ port, target: '/', host: `127.0.0.1:${port}`, connections: 32, seconds, field })
  const cpu = ((cpuSeconds(worker.pid) - before) / load.requests) * 1e6
  const { calls } = await aws.ask<AwsAnswer>({})
  const called = Object.values(calls).reduce((sum, count) => sum + count, 0)
  const figures = { cpu, rate: load.requests / load.seconds, p50: load.p50Micros, calls: called }
  return { figures, errors: load.errors + load.readErrors }
}

function report(pages: readonly Page[]): Result {
  const rows = pages.map(({ kind, samples }) => {
    const role = kind === 'iamAuth()' ? 'ours' : kind === 'nothing' ? 'limit' : 'peer'
    return toRow({ name: kind, role }, samples)
  })
  const [bare, , guarded] = rows.map(({ figures }) => figures['cpu']?.median ?? Number.NaN) as [number, number, number]
  const notes = [`iamAuth() adds ${(guarded - bare).toFixed(0)} µs`]
  const { name, title } = middlewareScenario
  return { name, title, columns: COLUMNS, primary: 'cpu', rows, notes }
}

async function get(proxyPort: number, url: string): Promise<IncomingMessage> {
  const request = http.get({ host: '127.0.0.1', port: proxyPort, path: url, headers: { Host: new URL(url).host } })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  if (response.statusCode !== 200) throw new Error(`the page answers ${response.statusCode}`)
  return response
}
