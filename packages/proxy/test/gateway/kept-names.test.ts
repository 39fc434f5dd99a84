import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/config.js'
import { claimNames } from '../../src/gateway/kept-names.js'
import { parseSites } from '../../src/gateway/sites.js'
import { ownFolder, ownUid } from '../trust/folder.js'

const A = 'https://wiki.a.example'
const B = 'https://wiki.b.example'

function setUp() {
  const path = join(ownFolder(), 'new', 'gateway.json')
  const claim = async (...texts: string[]) =>
    (await claimNames(path, ownUid, parseSites(texts))).map(({ name }) => name)
  return { path, claim }
}

describe('a name', () => {
  test('stays with its site: another gets its whole host, in whichever order they come', async () => {
    const { claim, path } = setUp()
    expect(await claim(A)).toEqual(['wiki'])
    expect(await claim(B)).toEqual(['wiki-b-example'])
    expect(await claim(B, 'https://graphs.b.example')).toEqual(['wiki-b-example', 'graphs'])
    expect(await claim(A)).toEqual(['wiki'])
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      version: 1,
      names: { wiki: A, 'wiki-b-example': B, graphs: 'https://graphs.b.example' },
    })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('that was chosen is never changed: where it is another’s, that is an error, and nothing is kept', async () => {
    const { claim, path } = setUp()
    await claim(A)
    const before = readFileSync(path, 'utf8')
    await expect(claim('https://new.example', `${B}=wiki`)).rejects.toThrow(
      /^wiki is the name of https:\/\/wiki\.a\.example, .* as https:\/\/wiki\.b\.example=name\. If .*gateway\.json$/,
    )
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  test('of the same host at another scheme or port is another’s', async () => {
    const { claim } = setUp()
    await claim(A)
    expect(await claim('http://wiki.a.example')).toEqual(['http-wiki-a-example'])
    expect(await claim(`${A}:8443`)).toEqual(['wiki-a-example-8443'])
  })

  test('is claimed by one of two that start at once', async () => {
    const { claim } = setUp()
    const [[one = ''] = [], [other = ''] = []] = await Promise.all([claim(A), claim(B)])
    expect([one, other].filter((name) => name === 'wiki')).toHaveLength(1)
  })
})

describe('the file', () => {
  test.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['another version', '{"version":2,"names":{}}'],
    ['a name that is none', `{"version":1,"names":{"a.b":"${A}"}}`],
    ['an origin that is none', '{"version":1,"names":{"wiki":"wiki.a.example"}}'],
    ['an origin that is no text', '{"version":1,"names":{"wiki":1}}'],
  ])('with %s is refused', async (_, text) => {
    const { claim, path } = setUp()
    await claim(A)
    writeFileSync(path, text)
    await expect(claim(B)).rejects.toThrow(ConfigError)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('that others could have written is refused', async () => {
    const { claim, path } = setUp()
    await claim(A)
    chmodSync(path, 0o666)
    await expect(claim(B)).rejects.toThrow(/chmod 600/)
  })

  test('where no folder can be is told', async () => {
    const folder = ownFolder()
    symlinkSync('/dev/null', join(folder, 'null'))
    const path = join(folder, 'null', 'gateway.json')
    await expect(claimNames(path, ownUid, parseSites([A]))).rejects.toThrow(/--config-dir/)
  })
})
