import { once } from 'node:events'
import { run } from '../../test/support/process.js'
import { createCleanup } from '../cleanup.js'
import { ours } from '../contenders/ours.js'
import { makeFolder } from '../contenders/start.js'
import { CONTENDER_CORE, pinned } from '../machine/machine.js'
import { cpuSeconds, memoryMb } from '../machine/proc.js'
import type { Bench, Result, Row, Scenario } from '../model.js'
import { summarise } from '../statistics.js'

/** Starts in a round: a start is short, and its times lie apart. */
const STARTS = 3

/** From the command to the line that says `listening`, beside an empty Node. */
export const startupScenario: Scenario = {
  name: 'startup',
  title: 'From the command to the listening line',
  isMain: true,
  estimateSeconds: ({ rounds }) => rounds * STARTS * 0.6 + 2,
  run: measure,
}

const COLUMNS = [
  { key: 'wall', title: 'ms' },
  { key: 'cpu', title: 'CPU ms' },
  { key: 'rss', title: 'MB once it listens' },
]

async function measure({ plan }: Bench): Promise<Result> {
  const samples = { empty: [] as Record<string, number>[], ours: [] as Record<string, number>[] }
  for (let start = 0; start < plan.rounds * STARTS; start++) {
    samples.empty.push(await startEmpty())
    samples.ours.push(await startOurs())
  }
  const rows = [row('node -e 0', 'limit', samples.empty), row(ours.name, 'ours', samples.ours)]
  const added = (rows[1]?.figures['wall']?.median ?? 0) - (rows[0]?.figures['wall']?.median ?? 0)
  const { name, title } = startupScenario
  return {
    name,
    title,
    columns: COLUMNS,
    primary: 'wall',
    rows,
    notes: [`${added.toFixed(0)} ms more than an empty Node`],
  }
}

async function startEmpty(): Promise<Record<string, number>> {
  const cleanup = createCleanup()
  const [program = '', ...args] = pinned(CONTENDER_CORE, [process.execPath, '-e', '0'])
  const began = performance.now()
  // NODE_EXTRA_CA_CERTS and NODE_OPTIONS would cost an empty Node more than ours, which has neither.
  const env = { PATH: process.env['PATH'] }
  const { child } = run(program, args, { stdio: 'ignore', env }, cleanup.keep)
  await once(child, 'exit')
  const wall = performance.now() - began
  await cleanup.end()
  return { wall }
}

async function startOurs(): Promise<Record<string, number>> {
  const cleanup = createCleanup()
  try {
    const { command, env } = await ours.prepare({ port: 0, upstream: 8000, directory: makeFolder(cleanup.keep) })
    const [program = '', ...args] = pinned(CONTENDER_CORE, command)
    const began = performance.now()
    const process = run(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(env && { env }) }, cleanup.keep)
    await new Promise<void>((resolve, reject) => {
      process.child.stderr?.on('data', () => process.output().includes('listening on') && resolve())
      process.child.once('exit', () => reject(new Error(`iam-auth-proxy ended: ${process.output()}`)))
    })
    return { wall: performance.now() - began, cpu: cpuSeconds(process.pid) * 1000, rss: memoryMb(process.pid) }
  } finally {
    await cleanup.end()
  }
}

function row(contender: string, role: Row['role'], samples: readonly Record<string, number>[]): Row {
  const keys = Object.keys(samples[0] ?? {})
  const figures = keys.map((key) => [key, summarise(samples.map((sample) => sample[key] ?? 0))] as const)
  return { contender, role, figures: Object.fromEntries(figures), errors: 0 }
}
