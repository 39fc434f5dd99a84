import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

const MODULE = new URL('../src/private-process.ts', import.meta.url).href
const onLinux = process.platform === 'linux'

it.runIf(onLinux)('leaves its memory out of a core file', () => {
  const filter = inProcess("keepMemoryOutOfCoreFiles(); print(read('/proc/self/coredump_filter', 'utf8'))")
  expect(filter.trim()).toBe('00000000')
})

it.runIf(onLinux).each([
  ['--mfa-token-code=123456', true],
  ['--socks-proxy=socks5://me:password@host:1080', true],
  ['me:password@host:1080', true],
  ['--upstream-proxy=http://me:password@proxy:3128', true],
  ['10.0.0.0/8=http://me:password@proxy:3128', true],
  ['--upstream-proxy=http://proxy:3128', false],
  ['--bind=127.0.0.1:3128', false],
  ['--config-dir=/home/a:b/c@d', false],
])('of %s hides the arguments: %s', (argument, hides) => {
  const code = `hideArguments([${JSON.stringify(argument)}]); print(read('/proc/self/cmdline', 'utf8'))`
  expect(inProcess(code, argument).includes(argument)).toBe(!hides)
})

/** What it prints, in a process of its own. */
function inProcess(code: string, ...args: readonly string[]): string {
  const names = 'keepMemoryOutOfCoreFiles, hideArguments'
  const script = `import { readFileSync as read } from 'node:fs'
    import { ${names} } from ${JSON.stringify(MODULE)}
    const print = (text) => process.stdout.write(text)
    ${code}`
  const node = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script, '--', ...args]
  return execFileSync(process.execPath, node, { encoding: 'utf8' })
}
