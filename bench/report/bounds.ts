import { ours } from '../contenders/ours.js'

/** The name of our rows. */
export const OURS = ours.name

/** A figure's median; undefined where the scenario was not run, or the row is void. */
export type Lookup = (scenario: string, contender: string, key: string) => number | undefined

/** What was measured of what is wanted, in the wanted unit: a ratio, ms, MB. Undefined where that was not measured. */
type Look = (results: Lookup) => number | undefined

/** How far a figure may go. */
export interface Bound {
  /** `≤ 0.75 × goproxy, default` */
  readonly text: string
  readonly look: Look
  /** Inclusive, from above. */
  readonly limit: number
}

/** Our figure beside a peer's. */
export function ratio(scenario: string, key: string, peer: string, limit: number): Bound {
  const text = `≤ ${Number(limit.toFixed(2))} × ${peer}`
  return { text, limit, look: (at) => over(at(scenario, OURS, key), at(scenario, peer, key)) }
}

/** Better than the best of these, all of which must have been measured. */
export function aheadOf(scenario: string, key: string, peers: readonly string[]): Bound {
  const look: Look = (at) => {
    const others = peers.flatMap((peer) => at(scenario, peer, key) ?? [])
    return others.length < peers.length ? undefined : over(at(scenario, OURS, key), Math.min(...others))
  }
  return { text: `≤ ${peers.join(', ')}`, limit: 1, look }
}

/** Our figure. */
export function own(scenario: string, key: string, limit: number, unit: string): Bound {
  return { text: `≤ ${limit} ${unit}`, limit, look: (at) => at(scenario, OURS, key) }
}

/** What our figure is above another's. */
export function difference(scenario: string, key: string, other: string, limit: number, unit: string): Bound {
  const look: Look = (at) => minus(at(scenario, OURS, key), at(scenario, other, key), 1)
  return { text: `≤ ${other} + ${limit} ${unit}`, limit, look }
}

/** Undefined where any of them is. */
export function sum(at: Lookup, scenario: string, contender: string, keys: readonly string[]): number | undefined {
  const figures = keys.map((key) => at(scenario, contender, key))
  return figures.every((figure) => figure !== undefined) ? figures.reduce((all, one) => all + one, 0) : undefined
}

function over(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b
}

/** The difference, in units of so many. Undefined where either is. */
export function minus(a: number | undefined, b: number | undefined, unit: number): number | undefined {
  return a === undefined || b === undefined ? undefined : (a - b) / unit
}
