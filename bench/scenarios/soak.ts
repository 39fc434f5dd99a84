import { createCleanup } from '../cleanup.js'
import type { Contender } from '../contenders/contender.js'
import { type Inside, watchInside } from '../contenders/inside.js'
import { ours } from '../contenders/ours.js'
import { start } from '../contenders/start.js'
import { memoryMb } from '../machine/proc.js'
import type { Bench, Plan, Result, Scenario } from '../model.js'
import { startWorker } from '../workers/connect.js'
import type { MixedAnswer } from '../workers/mixed-question.js'
import { COLUMNS, describeSoak, type Soak, soakFigures } from './soak-figures.js'
import { type Sample, watchOver } from './watch-over.js'

/** s that an idle connection to a service may be kept for, and a little. */
const IDLE_SECONDS = 75

/** What stays, what piles up and what stands still in a long run of everything at once. */
export const soakScenario: Scenario = {
  name: 'soak',
  title: 'Good and bad clients and services, all at once, for ten minutes',
  isMain: false,
  estimateSeconds: (plan) => loadSeconds(plan) + (plan.isShort ? 10 : IDLE_SECONDS),
  run,
}

/** Ten minutes in five rounds; the short form has 21 seconds in three. */
function loadSeconds({ isShort, rounds }: Plan): number {
  return rounds * (isShort ? 7 : 120)
}

async function run({ plan, say }: Bench): Promise<Result> {
  const { name, title } = soakScenario
  const soak = await measure(plan, say)
  const { errors } = soak.answer
  const rows = [{ contender: ours.name, role: 'ours' as const, figures: soakFigures(soak), errors }]
  return { name, title, columns: COLUMNS, primary: 'rssEnd', rows, notes: describeSoak(soak) }
}

async function measure(plan: Plan, say: Bench['say']): Promise<Soak> {
  const cleanup = createCleanup()
  const services = createCleanup()
  try {
    const [trusted, untrusted] = await Promise.all([serve(services.keep), serve(services.keep)])
    const { contender, look } = watchInside(allowingLoopback(ours), cleanup.keep)
    const { port, pid } = await start(contender, { upstream: trusted }, cleanup.keep)
    const ask = () => look(pid)
    const load = startWorker('mixed', cleanup.keep)
    const hosts = { host: `127.0.0.1:${trusted}`, untrusted: `127.0.0.1:${untrusted}` }
    const question = (seconds: number) => ({ proxyPort: port, ...hosts, seconds })
    const before = await ask()
    const seconds = loadSeconds(plan)
    const samples: Sample[] = []
    const watching = watchOver({ seconds, look: ask, memory: () => memoryMb(pid), samples, say })
    const answer = await load.ask<MixedAnswer>(question(seconds))
    await watching
    // Idle connections to services that live on end by themselves, but not within a short run.
    if (plan.isShort) await services.end()
    const after = await untilQuiet(ask, before, plan.isShort ? 10 : IDLE_SECONDS)
    return { seconds, before, after, samples, answer }
  } finally {
    await services.end()
    await cleanup.end()
  }
}

async function serve(keep: Parameters<typeof startWorker>[1]): Promise<number> {
  return (await startWorker('upstream', keep).ask<{ port: number }>({})).port
}

/** Tunnels to the service that is not trusted are for the loopback interface too. */
function allowingLoopback(contender: Contender): Contender {
  return {
    ...contender,
    async prepare(site) {
      const { command, env } = await contender.prepare(site)
      return { command: [...command, '--allow-loopback'], ...(env && { env }) }
    },
  }
}

/** Looks until as little is open as there was before, or the time is over. */
async function untilQuiet(look: () => Promise<Inside>, before: Inside, seconds: number): Promise<Inside> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const now = await look()
    const isBack = Object.entries(now.resources).every(([kind, count]) => count <= (before.resources[kind] ?? 0))
    if (isBack || performance.now() > end) return now
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}
