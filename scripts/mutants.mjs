/**
 * `npm run mutants [-- --only TEXT] [--jobs N] [--check]`: takes each security check away, one at a time, and sees that a
 * test fails. Works in copies of the repository, never in it. Exit code 1 where a mutant survives, or fits no source.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createCopy } from './mutants/copy.mjs'
import { kill } from './mutants/kill.mjs'
import { mutants as all } from './mutants/list.mjs'
import { endTests, runTests } from './mutants/run-tests.mjs'
import { findStale } from './mutants/stale.mjs'
import { formatFigures } from './mutants/summary.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    check: { type: 'boolean', default: false },
  },
})

const mutants = all.filter(({ breaks, file }) => `${file} ${breaks}`.includes(values.only))
process.exitCode = fits() && (values.check || (await runAll())) ? 0 : 1

/** Before anything is run: a mutant of a line that is gone would be no mutant. */
function fits() {
  const stale = mutants.flatMap((mutant) => findStale(mutant, readSource))
  for (const line of stale) console.log(line)
  if (stale.length > 0) console.log('Whoever changes such a line changes it in scripts/mutants as well.')
  if (mutants.length === 0) console.log(`No mutant is named like ${JSON.stringify(values.only)}.`)
  if (values.check) console.log(`${mutants.length} mutants, ${stale.length} that do not fit the sources any more`)
  return stale.length === 0 && mutants.length > 0
}

function readSource(path) {
  const whole = join(ROOT, path)
  return existsSync(whole) ? readFileSync(whole, 'utf8') : undefined
}

async function runAll() {
  const started = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'iam-auth-mutants-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => end(remove))
  try {
    const jobs = Math.max(1, Number(values.jobs) || 1)
    const copies = Array.from({ length: jobs }, (_, index) => createCopy(ROOT, join(folder, String(index))))
    await requireHealthy(copies[0])
    const results = await inParallel(copies)
    for (const line of formatFigures(results)) console.log(line)
    console.log(`${Math.round((performance.now() - started) / 1000)} s`)
    return results.every(({ verdict }) => verdict === 'killed')
  } finally {
    remove()
  }
}

/** Ctrl-C: neither tests nor copies are left behind. */
function end(remove) {
  endTests()
  remove()
  process.exit(1)
}

/** Tests that fail without any mutant would kill every one. */
async function requireHealthy(copy) {
  const { failed, didNotRun, output } = await runTests(copy, [...new Set(mutants.flatMap(({ tests }) => tests))])
  if (failed.length === 0 && !didNotRun) return
  console.log(output)
  throw new Error(`tests fail without a mutant: ${failed.join(', ') || 'they do not run'}`)
}

async function inParallel(copies) {
  const left = [...mutants]
  const results = []
  const work = async (copy) => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) results.push(await kill(mutant, copy))
  }
  await Promise.all(copies.map(work))
  return results
}
