import { type Cleanup, createCleanup } from './cleanup.js'
import type { Ability, Contender, Site } from './contenders/contender.js'
import { type Started, start } from './contenders/start.js'
import { cpuSeconds, peakMemoryMb } from './machine/proc.js'
import type { Bench, Row } from './model.js'
import { type Sample, toRow } from './row.js'

const DIRECT = { name: 'direct', role: 'direct' } as const

/** What one contender did in one round, and what to divide its processor time by. */
interface Measured extends Sample {
  /** What the first error was. */
  readonly reason?: string
  /** What the contender's processor time is divided by, and how often it fits in what is shown (1e6: microseconds). */
  readonly per?: { readonly count: number; readonly scale: number }
}

/** undefined: without any proxy. */
type Measure = (started: Started | undefined) => Promise<Measured>

export interface Rounds {
  readonly bench: Bench
  readonly abilities: readonly Ability[]
  /** Further contenders, and whether there is a row without any proxy. */
  readonly direct: boolean
  readonly site: Omit<Site, 'port' | 'directory'>
  readonly measure: Measure
}

/** Every contender that can, in turn A B C A B C …, after rounds that do not count. */
export async function runRounds(rounds: Rounds): Promise<{ rows: Row[]; notes: string[] }> {
  const cleanup = createCleanup()
  const notes: string[] = []
  try {
    const started = await startAll(rounds, cleanup, notes)
    const samples = new Map(started.map((one) => [one, [] as Measured[]]))
    const { warmUps, rounds: counted } = rounds.bench.plan
    for (let round = 1 - warmUps; round <= counted; round++) {
      for (const one of started.filter((contender) => needsRound(contender, round))) {
        const measured = await measureOne(rounds.measure, one)
        if (round > 0) samples.get(one)?.push(measured)
      }
    }
    for (const [one, measured] of samples) {
      const reason = measured.find((sample) => sample.reason !== undefined)?.reason
      if (reason !== undefined) notes.push(`${one?.contender.name ?? 'direct'}: ${reason.slice(0, 200)}`)
    }
    return { rows: started.map((one) => toRow(one?.contender ?? DIRECT, samples.get(one) ?? [])), notes }
  } finally {
    await cleanup.end()
  }
}

async function startAll({ bench, abilities, site, direct }: Rounds, cleanup: Cleanup, notes: string[]) {
  const started: (Started | undefined)[] = direct ? [undefined] : []
  for (const contender of bench.contenders.filter((one) => isAble(one, abilities))) {
    try {
      started.push(await start(contender, site, cleanup.keep))
    } catch (error) {
      notes.push(`${contender.name} did not start: ${String(error).slice(0, 300)}`)
    }
  }
  return started
}

/** Of the rounds before the first that counts, which is 1, who has nothing to compile has only the last. */
function needsRound(started: Started | undefined, round: number): boolean {
  return round >= 0 || started?.contender.warmsUp === true
}

function isAble({ abilities }: Contender, wanted: readonly Ability[]): boolean {
  return wanted.some((ability) => abilities.includes(ability))
}

async function measureOne(measure: Measure, started: Started | undefined): Promise<Measured> {
  if (started === undefined) return measure(undefined)
  const before = cpuSeconds(started.pid)
  try {
    const measured = await measure(started)
    const seconds = cpuSeconds(started.pid) - before
    const { count, scale } = measured.per ?? { count: 0, scale: 0 }
    const cpu = count === 0 ? {} : { cpu: (seconds / count) * scale }
    return { ...measured, figures: { ...measured.figures, ...cpu, rss: peakMemoryMb(started.pid) } }
  } catch (error) {
    return { figures: {}, errors: 1, reason: String(error) }
  }
}
