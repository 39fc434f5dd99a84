import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program is, in PATH or in the places where an administrator's PATH looks. */
export function findProgram(...names: readonly string[]): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return names.flatMap((name) => directories.map((directory) => join(directory, name))).find(isExecutable)
}

/** True, and said aloud, where tests cannot run: for `describe.skipIf`. */
export function isMissing(program: string | undefined, what: string): program is undefined {
  if (program === undefined) console.warn(`SKIPPED: ${what} is not installed, so what needs it is not tested`)
  return program === undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
