import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CommandFailure } from '../../src/commands/failure.js'
import { listTrust } from '../../src/commands/trust-list.js'
import { removeTrust } from '../../src/commands/trust-remove.js'
import { ConfigError } from '../../src/config/config.js'
import { parseTrustEntry } from '../../src/trust/entry.js'
import { toJson } from '../../src/trust/file-format.js'
import { ownFolder, ownUid } from '../trust/folder.js'

const ORIGIN = 'https://wiki.example.com'
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'

function setUp(...texts: string[]) {
  const folder = ownFolder()
  const files = { user: join(folder, 'trust.json'), system: undefined }
  const entries = texts.map((text) => ({ ...toJson(parseTrustEntry(text)), addedAt: '2026-01-31T12:00:00.000Z' }))
  writeFileSync(files.user, JSON.stringify({ version: 1, entries }), { mode: 0o600 })
  const list = (asJson = false, ...flags: string[]) =>
    listTrust({ flags: flags.map(parseTrustEntry), files, uid: ownUid }, asJson)
  return { files, list, remove: (name: string) => removeTrust(name, files, ownUid) }
}

describe('trust list', () => {
  it('says what each entry allows and pins, where it is from, and which is in force', () => {
    const { files, list } = setUp(`${ORIGIN},key=${KEY}`, 'https://*.corp.example.com,key-account=123456789012')
    expect(list(false, `${ORIGIN},protocol=1,plain-http`)).toEqual({
      problems: [],
      text: [
        'https://*.corp.example.com',
        '  keys of account 123456789012 only',
        `  from ${files.user} since 2026-01-31`,
        ORIGIN,
        '  no key pinned',
        '  version 1: it may get live AWS credentials',
        '  unencrypted http',
        '  from --trust',
        ORIGIN,
        `  key ${KEY}`,
        `  from ${files.user} since 2026-01-31 (not in force: a stronger source has it too; its pin holds)`,
        '',
      ].join('\n'),
    })
  })

  it('gives the same as JSON', () => {
    const { files, list } = setUp(`${ORIGIN},key=${KEY},protocol=1`)
    expect(JSON.parse(list(true).text)).toEqual({
      files: { user: files.user },
      entries: [
        {
          ...{ origin: ORIGIN, key: KEY, protocol: 1, addedAt: '2026-01-31T12:00:00.000Z' },
          ...{ source: 'user', from: files.user, inForce: true },
        },
      ],
    })
  })

  it('shows what contradicts itself or cannot be read, and says that it is a problem', () => {
    const { files, list } = setUp(`${ORIGIN},key=${KEY}`)
    const contradicting = list(false, `${ORIGIN},key=${KEY.replace('1111', '9999')}`)
    expect(contradicting.problems).toEqual([expect.stringContaining('different pins')])
    expect(contradicting.text).toContain(KEY)
    chmodSync(files.user, 0o644)
    expect(list(false, ORIGIN)).toEqual({
      problems: [expect.stringContaining('chmod 600')],
      text: expect.stringContaining('from --trust'),
    })
  })

  it('says so where there is nothing', () => {
    expect(setUp().list().text).toBe('Nothing is trusted beyond the default.\n')
  })
})

describe('trust remove', () => {
  it('takes out one entry, and only that', async () => {
    const { list, remove } = setUp(ORIGIN, 'https://other.example.com')
    expect(await remove(ORIGIN)).toBe(`${ORIGIN} is removed.`)
    expect(list().text).toContain('https://other.example.com')
    expect(list().text).not.toContain(ORIGIN)
  })

  it('takes out a suffix by its name', async () => {
    const { list, remove } = setUp('https://*.corp.example.com,key-account=123456789012')
    await remove('https://*.corp.example.com')
    expect(list().text).toContain('Nothing')
  })

  it('fails where there is nothing to take out', async () => {
    const { remove } = setUp(ORIGIN)
    await expect(remove('https://other.example.com')).rejects.toThrow(CommandFailure)
  })

  it.each([
    ['https://b\u00fccher.example', 'write https://xn--bcher-kva.example'],
    ['https://*.b\u00fccher.example', 'write https://*.xn--bcher-kva.example'],
    ['https://wiki.example.com/', 'write https://wiki.example.com'],
    ['wiki', 'write it like https://wiki.example.com'],
  ])('says what to type instead of %s', async (name, expected) => {
    const { remove } = setUp(ORIGIN)
    await expect(remove(name)).rejects.toThrow(ConfigError)
    await expect(remove(name)).rejects.toThrow(expected)
  })

  it('leaves a file alone that is not safe', async () => {
    const { files, remove } = setUp(ORIGIN)
    chmodSync(files.user, 0o660)
    await expect(remove(ORIGIN)).rejects.toThrow(ConfigError)
  })
})
