import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** A mutant that makes its tests hang is killed, too. Several times what the slowest of these files takes. */
const TIMEOUT_MS = 180_000
const running = new Set()

/** Names of the tests that fail, and whether the files could be loaded at all: a mutant that is no program proves nothing. */
export async function runTests(copy, tests) {
  const results = join(copy, 'node_modules', '.results')
  mkdirSync(results, { recursive: true })
  const report = join(results, 'report.json')
  rmSync(report, { force: true })
  const args = ['run', '--bail', '1', '--reporter=json', '--outputFile', report, '--maxWorkers', '1', ...tests]
  const { output, hung } = await runVitest(copy, args)
  if (hung) return { failed: [], hung, didNotRun: false, output }
  return { ...readReport(report), hung, output }
}

/** Ends whatever tests still run, with the processes that they started. */
export function endTests() {
  for (const child of running) endGroup(child)
}

function endGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // it has just ended
  }
}

function readReport(report) {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  const assertions = testResults.flatMap((file) => file.assertionResults)
  const failed = assertions.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
  const brokenFiles = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  return { failed, didNotRun: assertions.length === 0 || (failed.length === 0 && brokenFiles.length > 0) }
}

function runVitest(copy, args) {
  return new Promise((resolve, reject) => {
    const vitest = join(copy, 'node_modules', 'vitest', 'vitest.mjs')
    const stdio = ['ignore', 'pipe', 'pipe']
    const child = spawn(process.execPath, [vitest, ...args], { cwd: copy, detached: true, stdio })
    running.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    let hung = false
    const timer = setTimeout(() => {
      hung = true
      endGroup(child)
    }, TIMEOUT_MS)
    child.on('error', reject)
    child.on('close', () => {
      running.delete(child)
      clearTimeout(timer)
      resolve({ output, hung })
    })
  })
}
