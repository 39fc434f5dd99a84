import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config.js'
import type { Log } from '../../src/log.js'
import { parseTrustEntry } from '../../src/trust/entry.js'
import { createLiveTrust } from '../../src/trust/live.js'
import { ownFolder, ownUid } from './folder.js'

const WIKI = 'https://wiki.example.com'
const KEY = 'arn:aws:kms:eu-west-1:210987654321:key/11111111-2222-3333-4444-555555555555'

function setUp(...flags: string[]) {
  const folder = ownFolder()
  const lines: string[] = []
  const note = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const files = { user: join(folder, 'trust.json'), system: join(folder, 'none', 'trust.json') }
  const write = (...entries: object[]) => {
    writeFileSync(files.user, JSON.stringify({ version: 1, entries }), { mode: 0o600 })
  }
  const start = () => createLiveTrust({ flags: flags.map(parseTrustEntry), files, uid: ownUid }, log)
  return { files, folder, lines, write, start }
}

describe('trust in a proxy that runs', () => {
  it('follows the user’s file: made, changed and removed', () => {
    const { files, write, start } = setUp()
    const trust = start()
    expect(trust.entryFor(WIKI)).toBeUndefined()
    write({ origin: WIKI })
    expect(trust.entryFor(WIKI)).toMatchObject({ allowsVersion1: false, pin: undefined })
    expect(trust.namesAuthority('wiki.example.com', 443)).toBe(true)
    write({ origin: WIKI, protocol: 1, key: KEY })
    expect(trust.entryFor(WIKI)).toMatchObject({ allowsVersion1: true, pin: { value: KEY } })
    rmSync(files.user)
    expect(trust.entryFor(WIKI)).toBeUndefined()
    expect(trust.coversAuthority('wiki.example.com', 443)).toBe(false)
  })

  it.each<[what: string, spoil: (rig: ReturnType<typeof setUp>) => void, problem: string]>([
    ['is not JSON', ({ files }) => writeFileSync(files.user, '{"version":1,"entr'), 'is not JSON'],
    ['can be written by others', ({ files }) => chmodSync(files.user, 0o666), 'chmod 600'],
    ['pins another key than a flag', ({ write }) => write({ origin: WIKI, key: KEY }), 'has different pins'],
  ])('trusts nothing and refuses logins while the file %s, says so once, and goes on once it is repaired', (...row) => {
    const [, spoil, problem] = row
    const rig = setUp(`${WIKI},key=${KEY.replace('1111', '9999')}`)
    rig.write({ origin: 'http://127.0.0.1:3000' })
    const trust = rig.start()
    expect(trust.namesAuthority('127.0.0.1', 3000)).toBe(true)
    spoil(rig)
    for (const origin of [WIKI, 'https://elsewhere.example.com']) {
      expect(() => trust.entryFor(origin)).toThrow(
        expect.objectContaining({ code: 'ERR_IAM_TRUST_FILE', hint: expect.stringContaining('trust list') }),
      )
    }
    expect(trust.namesAuthority('127.0.0.1', 3000)).toBe(false)
    expect(trust.coversAuthority('127.0.0.1', 3000)).toBe(false)
    expect(rig.lines.filter((line) => line.startsWith('trust cannot be read'))).toEqual([
      expect.stringContaining(problem),
    ])
    rmSync(rig.files.user)
    rig.write()
    expect(trust.entryFor(WIKI)?.pin?.value).toContain('9999')
  })

  it('notices that the folder was repaired, although the file is as it was', () => {
    const { folder, write, start } = setUp()
    const trust = start()
    chmodSync(folder, 0o777)
    write({ origin: WIKI })
    expect(() => trust.entryFor(WIKI)).toThrow(expect.objectContaining({ code: 'ERR_IAM_TRUST_FILE' }))
    chmodSync(folder, 0o700)
    expect(trust.entryFor(WIKI)?.name).toBe(WIKI)
  })

  it('warns once of each origin that may ask for version 1, from whichever source', () => {
    const { lines, write, start } = setUp(`${WIKI},protocol=1`)
    write({ origin: 'https://old.example.com', protocol: 1 })
    const trust = start()
    write({ origin: 'https://old.example.com', protocol: 1, plainHttp: true })
    trust.entryFor(WIKI)
    const warnings = lines.filter((line) => line.startsWith('trusted for version 1'))
    expect(warnings).toEqual([expect.stringContaining(WIKI), expect.stringContaining('https://old.example.com')])
  })

  it('does not begin with files that cannot be used', () => {
    const { write, start } = setUp(`${WIKI},key=${KEY}`)
    write({ origin: WIKI, key: KEY.replace('1111', '9999') })
    expect(start).toThrow(ConfigError)
  })
})
