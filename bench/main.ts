/** `npm run bench`: what a request through the proxy costs, beside other proxies in the same run. See docs/benchmark.md. */
import { writeFileSync } from 'node:fs'
import { type BenchArguments, parseArguments, USAGE } from './arguments.js'
import { allContenders, chooseContenders, contendersOf } from './contenders/all.js'
import { describeMachine, unfitness, watchSteal } from './machine/machine.js'
import type { Bench, Result, RunRecord } from './model.js'
import { formatOutcomes, judge } from './report/outcomes.js'
import { drawPlot } from './report/plot.js'
import { describeRun, mergeRecords, readRecord } from './report/run-record.js'
import { formatTable } from './report/table.js'
import { chooseScenarios } from './scenarios/all.js'
import { installLibraries, whoCanRun } from './setup.js'

const say = (line: string) => console.log(line)
// Each process that is started ends with this one: one listener each.
process.setMaxListeners(0)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

try {
  const options = parseArguments(process.argv.slice(2))
  const record = options.from.length > 0 ? show(options.from) : await measure(options)
  say(formatOutcomes(judge(record.results)))
  say(describeRun(record))
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(record, undefined, 2)}\n`)
  if (options.plot !== undefined) writeFileSync(options.plot, drawPlot(record))
} catch (error) {
  if (!(error instanceof TypeError)) throw error
  console.error(`${error.message}\n\n${USAGE}`)
  process.exitCode = 64
}

function show(files: readonly string[]): RunRecord {
  const record = mergeRecords(files.map(readRecord))
  for (const result of record.results) say(`${formatTable(result)}\n`)
  return record
}

async function measure({ plan, only, against, proxies, install }: BenchArguments): Promise<RunRecord> {
  const reason = unfitness()
  if (reason !== undefined) throw new TypeError(reason)
  const scenarios = chooseScenarios(only, plan.isShort)
  installLibraries(say)
  const contenders = whoCanRun(
    chooseContenders(allContenders(proxies), contendersOf({ against, proxies, plan })),
    install,
    say,
  )
  const seconds = scenarios.reduce((sum, one) => sum + one.estimateSeconds(plan, contenders.length), 0)
  say(`${scenarios.length} scenarios, ${plan.rounds} rounds, about ${Math.ceil(seconds / 60)} minutes\n`)
  const stolen = watchSteal()
  const results: Result[] = []
  const bench: Bench = { plan, contenders, say }
  for (const scenario of scenarios) {
    try {
      const result = await scenario.run(bench)
      results.push(result)
      say(`${formatTable(result)}\n`)
    } catch (error) {
      // The others are worth having, but the run has failed.
      process.exitCode = 1
      say(`! FAILED: ${scenario.name}: ${String(error)}\n`)
    }
  }
  return { date: new Date().toISOString(), machine: describeMachine(), plan, stealPercent: stolen(), results }
}
