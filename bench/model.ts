import type { Contender } from './contenders/contender.js'
import type { Machine } from './machine/machine.js'
import type { Summary } from './statistics.js'

/** A figure of a scenario: a column of its table. */
export interface Column {
  readonly key: string
  /** With its unit: `CPU µs/request`. */
  readonly title: string
  /** @default 0 */
  readonly digits?: number
}

/** What one contender did in one scenario. */
export interface Row {
  readonly contender: string
  readonly role: 'ours' | 'peer' | 'limit' | 'direct'
  readonly figures: Readonly<Record<string, Summary>>
  /** Requests that failed, in all rounds. Any voids the row: it did not do the work. */
  readonly errors: number
}

/** What became of a scenario. */
export interface Result {
  readonly name: string
  readonly title: string
  readonly columns: readonly Column[]
  /** The column that rows are sorted by: lower is better. */
  readonly primary: string
  readonly rows: readonly Row[]
  /** Costs against sizes, where that is what the scenario is about. */
  readonly curves?: readonly Curve[]
  /** What to know when reading it: what was skipped, what was too noisy. */
  readonly notes: readonly string[]
}

/** One cost against one size: a line of the plot. */
export interface Curve {
  /** `trust entries`: what grows. */
  readonly name: string
  /** With its unit: `CPU µs/request`. */
  readonly cost: string
  /** From the smallest size up: the size, and the median of what was measured. */
  readonly points: readonly (readonly [size: number, cost: number])[]
}

/** How much is measured. */
export interface Plan {
  readonly rounds: number
  /** Rounds before them that do not count: Node needs some ten seconds of full load to compile what is hot. Others have one. */
  readonly warmUps: number
  /** Of one contender in one round. */
  readonly seconds: number
  readonly isShort: boolean
}

/** All of a run: what `--json` writes. */
export interface RunRecord {
  /** ISO 8601 */
  readonly date: string
  readonly machine: Machine
  readonly plan: Plan
  /** Of processor time, taken by other guests of the host. */
  readonly stealPercent: number
  readonly results: readonly Result[]
}

/** A thing to measure. */
export interface Scenario {
  readonly name: string
  readonly title: string
  /** Whether the short form has it. */
  readonly isMain: boolean
  /** How long it takes, roughly, with this many contenders. */
  readonly estimateSeconds: (plan: Plan, contenders: number) => number
  readonly run: (bench: Bench) => Promise<Result>
}

/** What a scenario is given. */
export interface Bench {
  readonly plan: Plan
  readonly contenders: readonly Contender[]
  readonly say: (line: string) => void
}
