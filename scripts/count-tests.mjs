// Prints "N passed, N failed" from Vitest's JSON report. In CI a skipped test is a failure, since everything is installed there:
// all but the independent AWS clients in Python, which no package manager of ours brings, and a second machine, which not
// every container may make.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const tests = report.testResults.flatMap((file) => file.assertionResults)
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
const unexcused = skipped.filter(({ fullName }) => !/boto3|AWS CLI|moto|^another machine /.test(fullName))
for (const { fullName } of skipped) console.log(`skipped: ${fullName}`)
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
)
for (const { name, message } of brokenFiles) console.log(`did not run: ${name}: ${message}`)
const failed = report.numFailedTests + brokenFiles.length + (process.env.CI ? unexcused.length : 0)
console.log(`${report.numPassedTests} passed, ${failed} failed`)
process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0
