import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** SECURITY.md says where every check is, and which test attacks it: all of them are there, and no attack is forgotten. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SECURITY = readFileSync(`${ROOT}SECURITY.md`, 'utf8')
const ROWS = SECURITY.slice(SECURITY.indexOf('| attacked in |'), SECURITY.indexOf('In the last column'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.includes('attacked in'))
  .map((line) => line.slice(2, -2).split(' | '))

const namesIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

test.each(ROWS.map(([threat = '', , where = '', tests = '']) => [threat, where, tests]))(
  '%s: check and test are where the table says',
  (_, where, tests) => {
    expect(namesIn(where).length * namesIn(tests).length).toBeGreaterThan(0)
    expect(checksOf(where).filter((path) => !existsSync(ROOT + path))).toEqual([])
    expect(testsOf(tests).filter((path) => !existsSync(ROOT + path))).toEqual([])
  },
)

test('every attack of test/security is in the table', () => {
  const named = new Set(ROWS.flatMap(([, , , tests = '']) => testsOf(tests)))
  const attacks = readdirSync(`${ROOT}test/security`).filter(
    (name) => name.endsWith('.test.ts') && !name.startsWith('table'),
  )
  expect(attacks.filter((name) => !named.has(`test/security/${name}`))).toEqual([])
})

/** `proxy/src/a/b.ts`, and names after it that stand in the same folder, in `src`, or in another package. */
function checksOf(where: string): string[] {
  let [folder, source] = ['', '']
  return namesIn(where).map((name) => {
    const whole = /^([\w-]+\/src\/)(.*)$/.exec(name)
    if (whole !== null) source = `packages/${whole[1]}`
    const inSource = source + (whole === null ? name : whole[2])
    const path = whole === null && !name.includes('/') && existsSync(ROOT + folder + name) ? folder + name : inSource
    folder = path.slice(0, path.lastIndexOf('/') + 1)
    return path
  })
}

const PACKAGES: Readonly<Record<string, string>> = {
  protocol: 'protocol',
  proxy: 'proxy',
  middleware: 'server-middleware',
}

/** `attack`, `e2e/x`, `fuzz`; or `package: x`, `y`, until the next semicolon. */
function testsOf(text: string): string[] {
  return text.split('; ').flatMap((group) => {
    const [first = '', ...more] = namesIn(group)
    const [, name, file] = /^(\w+): (.+)$/.exec(first) ?? []
    if (name !== undefined) {
      return [file, ...more].map((own) => `packages/${PACKAGES[name]}/test/${own}.test.ts`)
    }
    return [first, ...more].map((own) =>
      own === 'fuzz' ? 'test/fuzz/main.ts' : `test/${own.includes('/') ? own : `security/${own}`}.test.ts`,
    )
  })
}
