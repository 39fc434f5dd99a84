import { ours } from '../contenders/ours.js'
import type { Bench, Column, Curve, Plan, Result, Row, Scenario } from '../model.js'
import { logLogSlope, summarise } from '../statistics.js'
import { DIMENSIONS, type Dimension } from './growth-dimensions.js'

/** Rounds are new processes: fewer than of what is warm already. */
const MOST_ROUNDS = 3

/** Enough that 10-ms ticks of the kernel's accounting are 1 % of what is measured. */
const REQUESTS = 8000

const COLUMNS: readonly Column[] = [
  { key: 'smallest', title: 'at the smallest', digits: 0 },
  { key: 'largest', title: 'at the largest', digits: 0 },
  { key: 'exponent', title: 'grows as size to the power of', digits: 2 },
]

/** What ours costs against the number of what it holds. */
export const growthScenario: Scenario = {
  name: 'growth',
  title: 'What a request costs against how much there is',
  isMain: false,
  estimateSeconds: ({ rounds }) => Math.min(rounds, MOST_ROUNDS) * DIMENSIONS.flatMap(({ sizes }) => sizes).length * 6,
  run,
}

async function run({ plan }: Bench): Promise<Result> {
  const [rows, curves]: [Row[], Curve[]] = [[], []]
  // The short form sees that it works: the smallest two sizes, of each way to measure.
  const dimensions = DIMENSIONS.filter(({ isVariant }) => !(plan.isShort && isVariant))
  const sizesOf = ({ sizes }: Dimension) => (plan.isShort ? sizes.slice(0, 2) : sizes)
  for (const dimension of dimensions) {
    const { row, curve } = await follow(dimension, sizesOf(dimension), plan)
    rows.push(row)
    curves.push(curve)
  }
  const { name, title } = growthScenario
  return { name, title, columns: COLUMNS, primary: 'exponent', rows, curves, notes: [] }
}

async function follow({ name, cost, measure }: Dimension, sizes: readonly number[], plan: Plan) {
  const rounds = Math.min(plan.rounds, MOST_ROUNDS)
  const requests = plan.isShort ? REQUESTS / 8 : REQUESTS
  const costs = new Map<number, number[]>(sizes.map((size) => [size, []]))
  let errors = 0
  for (let round = 0; round < rounds; round++) {
    for (const size of sizes) {
      const measured = await measure(size, requests)
      errors += measured.errors
      costs.get(size)?.push(measured.cost)
    }
  }
  const summaries = [...costs].map(([size, all]) => [size, summarise(all)] as const)
  const points = summaries.map(([size, { median }]) => [size, median] as const)
  const exponent = logLogSlope(points)
  const [, smallest] = summaries[0] ?? []
  const [, largest] = summaries.at(-1) ?? []
  const figures = {
    ...(smallest && { smallest }),
    ...(largest && { largest }),
    exponent: { median: exponent, low: exponent, high: exponent },
  }
  const contender = `${ours.name}: ${cost} against ${name}, ${sizes[0]} to ${sizes.at(-1)}`
  return { row: { contender, role: 'ours' as const, figures, errors }, curve: { name, cost, points } }
}
