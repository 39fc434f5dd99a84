import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTests } from './run-tests.mjs'

/** Makes one mutant in a copy, runs its tests, and puts the source back. `verdict`: killed, SURVIVED, or does not run. */
export async function kill({ file, find, replace, breaks, tests }, copy) {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  // A function: `$` means nothing in what it gives.
  const mutated = source.replace(find, () => replace)
  writeFileSync(path, mutated)
  try {
    const { failed, hung, didNotRun } = await runTests(copy, tests)
    const verdict = didNotRun ? 'does not run' : failed.length > 0 || hung ? 'killed' : 'SURVIVED'
    const by = hung ? 'its tests hang' : failed[0]
    console.log(
      `${verdict}  ${file}: ${breaks}${verdict === 'killed' ? `  (${by})` : `\n${difference(find, replace)}`}`,
    )
    return { file, verdict }
  } finally {
    writeFileSync(path, source)
  }
}

function difference(find, replace) {
  return `  - ${find.replaceAll('\n', '\n    ')}\n  + ${replace.replaceAll('\n', '\n    ')}`
}
