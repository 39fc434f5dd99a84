import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config.js'
import { entryName, parseTrustEntry } from '../../src/trust/entry.js'
import { readTrustFile } from '../../src/trust/read.js'
import { updateTrustFile } from '../../src/trust/store.js'
import { ownFolder, ownUid } from './folder.js'

const COMMAND = fileURLToPath(new URL('../../bin/iam-auth-proxy.cjs', import.meta.url))
const BUILT = (name: string) => new URL(`../../dist/trust/${name}.js`, import.meta.url).href
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'

const add = (path: string, origin: string) =>
  updateTrustFile(path, ownUid, (entries) => [...entries, parseTrustEntry(origin)])
const namesIn = (path: string) => readTrustFile(path, { kind: 'user', uid: ownUid }).entries.map(entryName)
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('changing the trust file', () => {
  it('makes folder and file for their owner alone, whatever the umask', async () => {
    const path = join(ownFolder(), 'a', 'b', 'trust.json')
    const umask = process.umask(0)
    await add(path, 'https://wiki.example.com').finally(() => process.umask(umask))
    expect([modeOf(dirname(path)), modeOf(path)]).toEqual(['700', '600'])
    expect(namesIn(path)).toEqual(['https://wiki.example.com'])
    expect(readdirSync(dirname(path))).toEqual(['trust.json'])
  })

  it('replaces the file: who has it open keeps the old one', async () => {
    const path = join(ownFolder(), 'trust.json')
    await add(path, 'https://a.example')
    const before = statSync(path).ino
    await add(path, 'https://b.example')
    expect(statSync(path).ino).not.toBe(before)
    expect(namesIn(path)).toEqual(['https://a.example', 'https://b.example'])
  })

  it.each<[what: string, spoil: (path: string) => void]>([
    ['a file that is not well formed', (path) => writeFileSync(path, '{"version":1,"entries":[{}]}')],
    ['a file of a later version', (path) => writeFileSync(path, '{"version":2,"entries":[]}')],
    ['a file that others may write', (path) => chmodSync(path, 0o666)],
    ['a folder that others may write to', (path) => chmodSync(dirname(path), 0o777)],
  ])('leaves %s as it is', async (_what, spoil) => {
    const path = join(ownFolder(), 'trust.json')
    await add(path, 'https://a.example')
    spoil(path)
    const before = readFileSync(path, 'utf8')
    await expect(add(path, 'https://b.example')).rejects.toThrow(ConfigError)
    expect(readFileSync(path, 'utf8')).toBe(before)
    expect(readdirSync(dirname(path))).toEqual(['trust.json'])
  })

  it('does nothing where the change throws, or changes nothing', async () => {
    const path = join(ownFolder(), 'trust.json')
    await add(path, 'https://a.example')
    const before = statSync(path).ino
    const fail = () => {
      throw new Error('on second thoughts')
    }
    await expect(updateTrustFile(path, ownUid, fail)).rejects.toThrow('on second thoughts')
    await updateTrustFile(path, ownUid, (entries) => entries)
    expect(statSync(path).ino).toBe(before)
    expect(readdirSync(dirname(path))).toEqual(['trust.json'])
  })

  it('removes what a process that was killed left behind, once nobody can be at it any more', async () => {
    const path = join(ownFolder(), 'trust.json')
    for (const name of ['old', 'new']) writeFileSync(`${path}.${name}.tmp`, 'half')
    const minutesAgo = new Date(Date.now() - 120_000)
    utimesSync(`${path}.old.tmp`, minutesAgo, minutesAgo)
    await add(path, 'https://a.example')
    expect(readdirSync(dirname(path)).sort()).toEqual(['trust.json', 'trust.json.new.tmp'])
  })
})

describe('processes', () => {
  it('that add at the same time, twenty of them, lose nothing', async () => {
    const folder = ownFolder()
    const env = { PATH: process.env['PATH'], IAM_AUTH_PROXY_CONFIG_DIR: folder }
    const origins = Array.from({ length: 20 }, (_, index) => `https://service-${index}.example.com`)
    const codes = await Promise.all(
      origins.map(async (origin) => {
        const args = [COMMAND, 'trust', 'add', origin, '--key', KEY, '--yes']
        const [code] = await once(spawn(process.execPath, args, { env, stdio: 'ignore' }), 'exit')
        return code as number
      }),
    )
    expect(codes).toEqual(origins.map(() => 0))
    expect(namesIn(join(folder, 'trust.json')).sort()).toEqual([...origins].sort())
    expect(readdirSync(folder)).toEqual(['trust.json'])
  })

  it('that are killed at any moment leave the old file or the new one, and nobody in front of a lock', async () => {
    const path = join(ownFolder(), 'trust.json')
    const acknowledged: string[] = []
    for (let round = 0; round < 12; round += 1) {
      const script = `
        import { updateTrustFile } from ${JSON.stringify(BUILT('store'))}
        import { parseTrustEntry } from ${JSON.stringify(BUILT('entry'))}
        for (let i = 0; ; i += 1) {
          const origin = 'https://r${round}-' + i + '.example'
          await updateTrustFile(${JSON.stringify(path)}, ${ownUid}, (all) => [...all, parseTrustEntry(origin)])
          process.stdout.write(origin + '\\n')
        }`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
      await once(child.stdout, 'data')
      // Another moment each round: a change takes a few of these.
      await new Promise((resolve) => setTimeout(resolve, (round * 7) / 5))
      child.kill('SIGKILL')
      await once(child, 'close')
      acknowledged.push(...said.split('\n').slice(0, -1))
      const names = namesIn(path)
      expect(names).toEqual(expect.arrayContaining(acknowledged))
      expect(names.length).toBeLessThanOrEqual(acknowledged.length + round + 1)
    }
    await add(path, 'https://last.example')
    expect(namesIn(path).at(-1)).toBe('https://last.example')
    expect(existsSync(`${path}.lock`)).toBe(false)
  })
})
