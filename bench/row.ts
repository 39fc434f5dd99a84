import type { Row } from './model.js'
import { summarise } from './statistics.js'

/** What one contender did in one round. */
export interface Sample {
  readonly figures: Readonly<Record<string, number>>
  readonly errors: number
}

/** The rounds of one contender as a row: each figure that any of them has, and all errors. */
export function toRow({ name, role }: { name: string; role: Row['role'] }, samples: readonly Sample[]): Row {
  const keys = new Set(samples.flatMap(({ figures }) => Object.keys(figures)))
  const figures = [...keys].map((key) => [key, summarise(samples.flatMap((one) => one.figures[key] ?? []))] as const)
  const errors = samples.reduce((sum, one) => sum + one.errors, 0)
  return { contender: name, role, figures: Object.fromEntries(figures), errors }
}
