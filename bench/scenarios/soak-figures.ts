import type { Inside } from '../contenders/inside.js'
import type { Column } from '../model.js'
import { quantile, type Summary, slope, summarise } from '../statistics.js'
import type { MixedAnswer } from '../workers/mixed-question.js'
import type { Sample } from './watch-over.js'

/** A long run. */
export interface Soak {
  readonly seconds: number
  readonly before: Inside
  /** Once its connections had the time to end. */
  readonly after: Inside
  readonly samples: readonly Sample[]
  readonly answer: MixedAnswer
}

export const COLUMNS: readonly Column[] = [
  { key: 'rssEarly', title: 'MB after 1/10' },
  { key: 'rssEnd', title: 'MB at the end' },
  { key: 'rssSlope', title: 'MB/min, 2nd half', digits: 2 },
  { key: 'heapEarly', title: 'heap MB after 1/10', digits: 1 },
  { key: 'heapEnd', title: 'heap MB at the end', digits: 1 },
  { key: 'heapSlope', title: 'heap MB/min, 2nd half', digits: 2 },
  { key: 'left', title: 'sockets and timers left' },
  { key: 'delayP99', title: 'loop delay p99 ms', digits: 1 },
  { key: 'delayMax', title: 'loop delay max ms', digits: 1 },
  { key: 'turnMax', title: 'longest turn, CPU ms', digits: 1 },
]

type Point = readonly [minute: number, mb: number]

export function soakFigures({ seconds, before, after, samples }: Soak): Record<string, Summary> {
  const settled = samples.filter(({ at }) => at > seconds / 10)
  const late = samples.filter(({ at }) => at > seconds / 2)
  const insides = settled.flatMap(({ inside }) => inside ?? [])
  const [rss, heap] = [settled.map(residentPoint), settled.flatMap(heapPoint)]
  const figures = {
    rssEarly: middle(rss.slice(0, Math.ceil(rss.length / 9))),
    rssEnd: middle(rss.slice(-Math.ceil(rss.length / 9))),
    rssSlope: slope(late.map(residentPoint)),
    heapEarly: middle(heap.slice(0, 3)),
    heapEnd: middle(heap.slice(-3)),
    heapSlope: slope(late.flatMap(heapPoint)),
    left: Object.values(leftOver(before, after)).reduce((sum, count) => sum + count, 0),
    delayP99: Math.max(...insides.map(({ delayMs }) => delayMs.p99)),
    delayMax: Math.max(...insides.map(({ delayMs }) => delayMs.max)),
    turnMax: Math.max(...insides.map(({ turns }) => turns.longestMs)),
  }
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, summarise([value])]))
}

/** What was done, what was left, and what kept the event loop. */
export function describeSoak({ seconds, before, after, samples, answer }: Soak): string[] {
  const done = Object.entries(answer.done).map(([kind, count]) => `${count} ${kind}`)
  const left = Object.entries(leftOver(before, after)).map(([kind, count]) => `${count} ${kind}`)
  const settled = samples.filter(({ at }) => at > seconds / 10).flatMap(({ inside }) => inside ?? [])
  const over = settled.reduce((sum, { turns }) => sum + turns.over5Ms, 0)
  const heap = (inside: Inside) => (inside.memory.heapUsed / 1e6).toFixed(1)
  return [
    `${seconds} s: ${done.join(', ')}`,
    `more than before the load: ${left.join(', ') || 'nothing'}; heap ${heap(before)} MB before, ${heap(after)} MB after`,
    `turns of the event loop over 5 ms of CPU after the first tenth: ${over}, collections of garbage among them`,
    ...(answer.firstError === undefined ? [] : [answer.firstError.slice(0, 300)]),
  ]
}

/** Kinds of which there are more than before. */
function leftOver(before: Inside, after: Inside): Record<string, number> {
  const more = Object.entries(after.resources).map(
    ([kind, count]) => [kind, count - (before.resources[kind] ?? 0)] as const,
  )
  return Object.fromEntries(more.filter(([, count]) => count > 0))
}

function residentPoint({ at, rss }: Sample): Point {
  return [at / 60, rss]
}

function heapPoint({ at, inside }: Sample): Point[] {
  return inside === undefined ? [] : [[at / 60, inside.memory.heapUsed / 1e6]]
}

function middle(points: readonly Point[]): number {
  const sorted = points.map(([, mb]) => mb).sort((a, b) => a - b)
  return quantile(sorted, 0.5)
}
