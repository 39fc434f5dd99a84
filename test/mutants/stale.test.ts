import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Mutant {
  readonly file: string
  readonly tests: readonly string[]
  readonly breaks: string
  readonly find: string
  readonly replace: string
}
type FindStale = (mutant: Mutant, readSource: (path: string) => string | undefined) => string[]

const { findStale } = (await import(`${ROOT}scripts/mutants/stale.mjs`)) as { findStale: FindStale }
const { mutants } = (await import(`${ROOT}scripts/mutants/list.mjs`)) as { mutants: readonly Mutant[] }

const SOURCES: Readonly<Record<string, string>> = { 'a.ts': 'if (x) throw new Error()', 'a.test.ts': '' }
const FITS = { file: 'a.ts', tests: ['a.test.ts'], breaks: 'x', find: 'if (x)', replace: 'if (false)' }

it.each<[what: string, change: Partial<Mutant>, lines: string[]]>([
  ['fits', {}, []],
  ['of a text that is gone', { find: 'if (y)' }, ['a.ts: x: its text stands 0 times: "if (y)"']],
  ['of a text that stands twice', { find: 'r' }, ['a.ts: x: its text stands 4 times: "r"']],
  ['of a file that is gone', { file: 'b.ts' }, ['b.ts: x: there is no b.ts']],
  ['whose test is gone', { tests: ['a.test.ts', 'b.test.ts'] }, ['a.ts: x: there is no b.test.ts']],
  ['that changes nothing', { replace: 'if (x)' }, ['a.ts: x: changes nothing']],
])('a mutant %s', (_, change, lines) => {
  expect(findStale({ ...FITS, ...change }, (path) => SOURCES[path])).toEqual(lines)
})

it('has its text once in the sources of today, each of them, and no two are the same', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/mutants.mjs', '--check'], { cwd: ROOT })
  expect(stdout).toBe(`${mutants.length} mutants, 0 that do not fit the sources any more\n`)
  const changes = mutants.map(({ file, find, replace }) => JSON.stringify([file, find, replace]))
  expect(new Set(changes).size).toBe(mutants.length)
  expect(mutants.length).toBeGreaterThan(400)
})
