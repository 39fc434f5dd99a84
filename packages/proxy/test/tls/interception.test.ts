import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createAuthority } from '../../src/tls/authority.js'
import { removeAuthority, writeAuthority } from '../../src/tls/authority-file.js'
import { createInterception } from '../../src/tls/interception.js'
import { authorityPaths } from '../../src/tls/paths.js'

async function setUp() {
  const configFolder = mkdtempSync(join(tmpdir(), 'interception-'))
  onTestFinished(() => rmSync(configFolder, { recursive: true }))
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: vi.fn() }
  let time = Date.now()
  const options = { configFolder, uid: process.getuid?.(), now: () => time, log }
  const install = async (...names: string[]) => writeAuthority(configFolder, await createAuthority(names, Date.now()))
  const setTime = (to: number) => {
    time = to
  }
  return { configFolder, options, install, setTime, error: log.error }
}

test('an authority counts from its installation to its removal, without a new start of the proxy', async () => {
  const { configFolder, options, install } = await setUp()
  const interception = await createInterception(options)
  expect(await interception.covers('wiki.corp.test')).toBe(false)
  await install('corp.test')
  expect(await interception.covers('wiki.corp.test')).toBe(true)
  expect(await interception.covers('wiki.other.test')).toBe(false)
  await install('other.test')
  expect(await interception.covers('wiki.corp.test')).toBe(false)
  expect(await interception.covers('wiki.other.test')).toBe(true)
  removeAuthority(configFolder)
  expect(await interception.covers('wiki.other.test')).toBe(false)
  await expect(interception.secureContextFor('wiki.other.test')).rejects.toThrow('the authority is gone')
})

test('an authority that has expired covers nothing: https is tunnelled', async () => {
  const { options, install, setTime } = await setUp()
  const { expiresAt } = await install('corp.test')
  const interception = await createInterception(options)
  setTime(expiresAt - 1)
  expect(await interception.covers('corp.test')).toBe(true)
  setTime(expiresAt)
  expect(await interception.covers('corp.test')).toBe(false)
})

test.each<[what: string, spoil: (configFolder: string) => void, said: RegExp]>([
  ['others may look into', (folder) => chmodSync(authorityPaths(folder).folder, 0o755), /others may look into/],
  ['others may read', (folder) => chmodSync(authorityPaths(folder).record, 0o644), /others may read or write/],
  ['is damaged', (folder) => writeFileSync(authorityPaths(folder).record, '{'), /is damaged/],
])(
  'an authority that %s is not used: while the proxy runs it says so, and starts with none such',
  async (_, spoil, said) => {
    const { configFolder, options, install, error } = await setUp()
    await install('corp.test')
    const interception = await createInterception(options)
    spoil(configFolder)
    expect(await interception.covers('corp.test')).toBe(false)
    expect(await interception.covers('corp.test')).toBe(false)
    expect(error.mock.calls).toEqual([[{ problem: expect.stringMatching(said) }, expect.any(String)]])
    await expect(createInterception(options)).rejects.toThrow(said)
  },
)
