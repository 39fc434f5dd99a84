/**
 * `npm run audit`: no known vulnerability of severity high or critical in anything that is installed, tests included. Where
 * the registry cannot be asked it says so, loudly, and passes; with AUDIT_REQUIRED=true it fails.
 */
import { spawnSync } from 'node:child_process'

const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
const report = parse(stdout)
const counts = report?.metadata?.vulnerabilities
if (counts === undefined) {
  const reason = report?.message ?? report?.error?.summary ?? 'the registry does not answer'
  console.log(
    `\n${'!'.repeat(100)}\nNOT AUDITED: ${reason}\nNobody has looked for known vulnerabilities.\n${'!'.repeat(100)}\n`,
  )
  process.exit(process.env['AUDIT_REQUIRED'] === 'true' ? 1 : 0)
}

const severe = Object.values(report.vulnerabilities).filter(({ severity }) => ['high', 'critical'].includes(severity))
for (const { name, severity, range, via } of severe) {
  console.log(`${severity}: ${name} ${range}: ${via.map((cause) => cause.title ?? cause).join('; ')}`)
}
console.log(`audited ${report.metadata.dependencies.total} packages: ${counts.high} high, ${counts.critical} critical`)
process.exitCode = severe.length > 0 ? 1 : 0

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
