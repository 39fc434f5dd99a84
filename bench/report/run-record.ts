import { readFileSync } from 'node:fs'
import type { RunRecord } from '../model.js'

/** The machine, the day and the noise, in a line. */
export function describeRun({ date, machine, plan, stealPercent }: RunRecord): string {
  const { cpu, cores, memoryGb, kernel, node } = machine
  const where = `${cpu}, ${cores} cores, ${memoryGb} GB, Linux ${kernel}, Node ${node}`
  return `${date.slice(0, 10)}: ${where}; medians of ${plan.rounds} rounds; ${stealPercent.toFixed(1)} % steal`
}

/** What `--json` has written. Throws TypeError, in words for people, for what is none. */
export function readRecord(file: string): RunRecord {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunRecord>
    if (!Array.isArray(record.results) || record.machine === undefined || record.plan === undefined)
      throw new Error('it has no results')
    return record as RunRecord
  } catch (error) {
    throw new TypeError(`${file} is no record of a run (npm run bench -- --json FILE): ${(error as Error).message}`)
  }
}

/** As if it had been one run: of each scenario the last of them. */
export function mergeRecords(records: readonly RunRecord[]): RunRecord {
  const [first, ...others] = records
  if (first === undefined) throw new TypeError('there is no record of a run')
  const results = new Map(records.flatMap((record) => record.results.map((result) => [result.name, result] as const)))
  const stealPercent = Math.max(...records.map((record) => record.stealPercent))
  return { ...(others.at(-1) ?? first), stealPercent, results: [...results.values()] }
}
