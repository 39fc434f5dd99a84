import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readSecretFile } from '../../src/config/secret-file.js'

const SECRET = 'me:a-password-of-the-proxy'

function fileWith(mode: number, name = 'auth'): string {
  const directory = mkdtempSync(join(tmpdir(), 'iam-auth-secret-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, name)
  writeFileSync(path, SECRET)
  chmodSync(path, mode)
  return path
}

describe.skipIf(process.platform === 'win32')('a file with a secret', () => {
  test.each([0o600, 0o400, 0o700])('of mode %o is read', (mode) => {
    expect(readSecretFile(fileWith(mode))).toBe(SECRET)
  })

  test.each([0o644, 0o640, 0o604, 0o602, 0o620, 0o601, 0o777])('of mode %o is refused, with the command', (mode) => {
    const path = fileWith(mode)
    expect(() => readSecretFile(path)).toThrow(`others may read or write ${path}: chmod 600 ${path}`)
    chmodSync(path, 0o600)
    expect(readSecretFile(path)).toBe(SECRET)
  })

  test('is what a link leads to', () => {
    const path = fileWith(0o644)
    symlinkSync(path, `${path}.link`)
    expect(() => readSecretFile(`${path}.link`)).toThrow(/chmod 600/)
    chmodSync(path, 0o600)
    expect(readSecretFile(`${path}.link`)).toBe(SECRET)
  })

  test('may have a name that a shell would misread', () => {
    const path = fileWith(0o644, "it's; rm")
    const { message } = catching(() => readSecretFile(path))
    execFileSync('sh', ['-c', message.slice(message.indexOf('chmod'))])
    expect(readSecretFile(path)).toBe(SECRET)
  })

  test('may be a pipe', () => {
    const script = `require('tsx/cjs/api').require('./packages/proxy/src/config/secret-file.ts', '${process.cwd()}/x')`
    const shell = `printf ${SECRET} | ${process.execPath} -p "${script}.readSecretFile('/dev/stdin')"`
    expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' }).trim()).toBe(SECRET)
  })

  test('that is not there is the system’s error', () => {
    expect(() => readSecretFile('/nonexistent')).toThrow(/ENOENT/)
  })

  test.skipIf(process.getuid?.() !== 0)('of another user is refused, one of root is not', () => {
    const path = fileWith(0o600)
    expect(readSecretFile(path, 65_534)).toBe(SECRET)
    chownSync(path, 65_533, 65_533)
    expect(() => readSecretFile(path, 65_534)).toThrow(
      `${path} belongs to user 65533, who may read it: sudo chown 65534 ${path}`,
    )
  })
})

function catching(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('it was not refused')
}
