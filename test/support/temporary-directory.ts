import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Keeper } from './cleanup.js'

/** A new directory, removed in the end. */
export async function makeDirectory(keep: Keeper): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'iam-auth-e2e-'))
  keep(() => rm(path, { recursive: true, force: true }))
  return path
}
