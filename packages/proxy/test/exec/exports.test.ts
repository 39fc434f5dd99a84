import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { formatAssignments } from '../../src/exec/exports.js'
import { javaToolOptions } from '../../src/exec/java.js'
import { environmentBefore, remembering, restored } from '../../src/exec/saved-environment.js'

/** Everything that a shell takes for something else. */
const NASTY = `a'b"c$(touch /tmp/never)\`id\`\\ ;&|*~#\n !{}`

describe('assignments', () => {
  test('are run by a real sh as they are, whatever is in a value', () => {
    const script = `${formatAssignments({ ONE: NASTY, TWO: undefined }, 'sh')}printf %s "$ONE"; echo "<$TWO>"`
    expect(execFileSync('sh', ['-c', script], { env: { TWO: 'was here' }, encoding: 'utf8' })).toBe(`${NASTY}<>\n`)
  })

  test.each([
    ['fish', "set -gx A 'it\\'s \\\\ $x'\nset -e B\n"],
    ['powershell', "$env:A = 'it''s \\ $x'\nRemove-Item -ErrorAction Ignore Env:B\n"],
  ] as const)('are written for %s', (shell, text) => {
    expect(formatAssignments({ A: "it's \\ $x", B: undefined }, shell)).toBe(text)
  })

  test('leave no quote that PowerShell takes for the end: about_Quoting_Rules counts typographic ones', () => {
    expect(formatAssignments({ A: '‘O’B‚‛' }, 'powershell')).toBe("$env:A = '‘‘O’’B‚‚‛‛'\n")
  })
})

describe('what was before', () => {
  /** As a shell would have it after these assignments. */
  const after = (env: Record<string, string>, assignments: object) => {
    const pairs = Object.entries({ ...env, ...assignments }).filter(([, value]) => value !== undefined)
    return Object.fromEntries(pairs) as Record<string, string>
  }

  test('is restored exactly, however often it was changed', () => {
    const first = { NO_PROXY: 'mine', OTHER: 'x' }
    const second = after(first, remembering({ NO_PROXY: 'mine,localhost', JAVA_TOOL_OPTIONS: '-D' }, first))
    expect(environmentBefore(second)).toMatchObject({ NO_PROXY: 'mine', JAVA_TOOL_OPTIONS: undefined })
    const third = after(second, remembering({ NO_PROXY: 'mine,::1' }, second))
    expect(third['JAVA_TOOL_OPTIONS']).toBeUndefined()
    expect(after(third, restored(third) ?? {})).toEqual(first)
  })

  test.each(['', 'nonsense', '[]', 'null', '3'])('is nothing where %j was saved', (text) => {
    const env = { IAM_AUTH_PROXY_ENV_BEFORE: text, A: '1' }
    expect(Object.entries(restored(env) ?? {}).filter(([, value]) => value !== undefined)).toEqual([])
    expect(environmentBefore(env)).toMatchObject({ A: '1' })
  })

  test('has no names that a shell would run', () => {
    const env = { IAM_AUTH_PROXY_ENV_BEFORE: JSON.stringify({ 'A; touch /tmp/never': 'x', B: 'y' }) }
    expect(restored(env)).toEqual({ B: 'y', IAM_AUTH_PROXY_ENV_BEFORE: undefined })
  })
})

test('Java gets its own options after the user’s, and hosts in its own notation', () => {
  const options = javaToolOptions('-Xmx1g', { host: '127.0.0.1', port: 8080 }, 'localhost,.corp.example,::1,10.0.0.0/8')
  expect(options).toBe(
    '-Xmx1g -Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=8080 -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8080 ' +
      '-Dhttp.nonProxyHosts=localhost|*.corp.example|[::1]',
  )
})
