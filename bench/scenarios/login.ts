import type { Keeper } from '../../test/support/cleanup.js'
import { createCleanup } from '../cleanup.js'
import { ours } from '../contenders/ours.js'
import { start } from '../contenders/start.js'
import { CONTENDER_CORE } from '../machine/machine.js'
import { cpuSeconds } from '../machine/proc.js'
import type { Bench, Column, Plan, Result, Row, Scenario } from '../model.js'
import { type Sample, toRow } from '../row.js'
import { quantile } from '../statistics.js'
import type { AwsAnswer } from '../workers/aws-question.js'
import { startWorker, type Worker } from '../workers/connect.js'
import type { LoadAnswer } from '../workers/load-question.js'

/** Logins in a round, each to a service that the proxy has no session with (fewer in the short form); and requests at once that cause one of them. */
const LOGINS = 50
const FEW_LOGINS = 10
const AT_ONCE = 20

const COLUMNS: readonly Column[] = [
  { key: 'cpu', title: 'proxy CPU ms/login', digits: 2 },
  { key: 'service', title: 'service CPU ms/login', digits: 2 },
  { key: 'p50', title: 'p50 ms', digits: 1 },
  { key: 'first', title: 'first of the process ms', digits: 0 },
  { key: 'Encrypt', title: 'Encrypt', digits: 2 },
  { key: 'Decrypt', title: 'Decrypt', digits: 2 },
  { key: 'GetCallerIdentity', title: 'GetCallerIdentity', digits: 2 },
  { key: 'GetSessionToken', title: 'GetSessionToken', digits: 2 },
]

/** The row of what no login can cost less than. */
export const SDK_ALONE = "the AWS SDK's Encrypt alone"

const ACTIONS = ['Encrypt', 'Decrypt', 'GetCallerIdentity', 'GetSessionToken'] as const

/** What a login costs both sides, without AWS, which is a process of its own; and what it asks of AWS. */
export const loginScenario: Scenario = {
  name: 'login',
  title: `A request that logs in first; ${AT_ONCE} at once are one login`,
  isMain: false,
  estimateSeconds: ({ rounds, warmUps }) => 2 * (rounds + warmUps) * 4 + 10,
  run,
}

async function run({ plan }: Bench): Promise<Result> {
  const notes: string[] = []
  const cleanup = createCleanup()
  const rows: Row[] = []
  try {
    const sdk = await startSdk(plan, cleanup.keep)
    // Between the logins that are compared with it: a machine's clock changes from one minute to the next.
    rows.push(...(await measureVersion(plan, 2, notes, sdk.measure)), ...(await measureVersion(plan, 1, notes)))
    rows.push(toRow({ name: SDK_ALONE, role: 'direct' }, sdk.samples.slice(-plan.rounds)))
  } finally {
    await cleanup.end()
  }
  const { name, title } = loginScenario
  return { name, title, columns: COLUMNS, primary: 'cpu', rows, notes }
}

function loginsOf({ isShort }: Plan): number {
  return isShort ? FEW_LOGINS : LOGINS
}

/** A process that does nothing else: as many calls a round as logins are made one by one. */
async function startSdk(plan: Plan, keep: Keeper) {
  const samples: Sample[] = []
  const aws = await startWorker('aws', keep).ask<AwsAnswer>({})
  const sdk = startWorker('sdk', keep, CONTENDER_CORE)
  await sdk.ask({ aws, count: 1 })
  const count = loginsOf(plan)
  const measure = async () => {
    const before = cpuSeconds(sdk.pid)
    await sdk.ask({ aws, count })
    samples.push({ figures: { cpu: ((cpuSeconds(sdk.pid) - before) * 1000) / count }, errors: 0 })
  }
  return { samples, measure }
}

interface Rig {
  readonly aws: Worker
  readonly service: Worker
  readonly load: Worker
  /** Of the page behind the login. */
  readonly bytes: number
  readonly proxy: { readonly port: number; readonly pid: number }
}

interface Logins extends Sample {
  readonly firstError?: string | undefined
}

async function measureVersion(
  plan: Plan,
  version: 1 | 2,
  notes: string[],
  inEachRound: () => Promise<void> = async () => {},
): Promise<Row[]> {
  const cleanup = createCleanup()
  const rounds = plan.rounds + plan.warmUps
  const logins = loginsOf(plan)
  const samples = { one: [] as Logins[], many: [] as Logins[] }
  try {
    const [aws, service] = [startWorker('aws', cleanup.keep), startWorker('guarded', cleanup.keep)]
    const known = await aws.ask<AwsAnswer>({})
    const count = 1 + rounds * 2 * logins
    const { ports, bytes } = await service.ask<{ ports: number[]; bytes: number }>({
      aws: known,
      ports: count,
      version,
    })
    const proxy = await start(ours, { upstream: 0, login: { aws: known, ports, version } }, cleanup.keep)
    const rig = { aws, service, load: startWorker('load', cleanup.keep), proxy, bytes }
    const next = (many: number) => ports.splice(0, many).map((port) => `127.0.0.1:${port}`)
    const first = await logIn(rig, next(1), 1)
    for (let round = 0; round < rounds; round++) {
      await inEachRound()
      const one = await measure(rig, next(logins), 1)
      const many = await measure(rig, next(logins), AT_ONCE)
      if (round >= plan.warmUps) {
        samples.one.push(one)
        samples.many.push(many)
      }
    }
    const figures = { first: (first.latencies[0] ?? 0) / 1000 }
    samples.one.push({ figures, errors: first.errors })
  } finally {
    await cleanup.end()
  }
  const failed = [...samples.one, ...samples.many].find(({ firstError }) => firstError !== undefined)
  if (failed) notes.push(`version ${version}: ${failed.firstError}`)
  return [
    toRow({ name: `version ${version}, one at a time`, role: 'ours' }, samples.one),
    toRow({ name: `version ${version}, ${AT_ONCE} at once`, role: 'ours' }, samples.many),
  ]
}

/** So many requests at once to each of the hosts, the hosts one after another; one by one they share a connection to the proxy. */
async function logIn(
  { load, proxy, bytes }: Rig,
  hosts: readonly string[],
  atOnce: number,
): Promise<Omit<LoadAnswer, 'seconds'>> {
  const shape = { path: '/', expect: bytes, host: '', proxyPort: proxy.port, keepAlive: atOnce === 1, clients: atOnce }
  if (atOnce === 1) return load.ask<LoadAnswer>({ ...shape, hosts, count: hosts.length })
  const answers = []
  for (const host of hosts) answers.push(await load.ask<LoadAnswer>({ ...shape, host, count: atOnce }))
  return {
    ...answers.find(({ firstError }) => firstError !== undefined),
    latencies: answers.flatMap(({ latencies }) => latencies).sort((a, b) => a - b),
    errors: answers.reduce((sum, { errors }) => sum + errors, 0),
  }
}

async function measure(rig: Rig, hosts: readonly string[], atOnce: number): Promise<Logins> {
  const cpu = () => ({ proxy: cpuSeconds(rig.proxy.pid), service: cpuSeconds(rig.service.pid) })
  await rig.aws.ask<AwsAnswer>({})
  const before = cpu()
  const { latencies, errors, firstError } = await logIn(rig, hosts, atOnce)
  const after = cpu()
  const { calls } = await rig.aws.ask<AwsAnswer>({})
  const figures: Record<string, number> = {
    cpu: ((after.proxy - before.proxy) * 1000) / hosts.length,
    service: ((after.service - before.service) * 1000) / hosts.length,
    p50: quantile(latencies, 0.5) / 1000,
  }
  for (const action of ACTIONS) figures[action] = (calls[action] ?? 0) / hosts.length
  return { figures, errors, firstError }
}
