import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of this user's own that nobody else may enter, removed after the test. */
export function ownFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'iam-auth trust-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The number of whoever runs the tests. */
export const ownUid = process.getuid?.() ?? 0
