import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatSbom } from '../../scripts/sbom/format-sbom.js'
import { readLock, runtimePackages } from '../../scripts/sbom/runtime-packages.js'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const locked = Object.entries(readLock())
/** What comes from the registry. */
const installed = locked.filter(([path, { link }]) => path.includes('node_modules/') && link !== true)

describe('the lock file', () => {
  it('says of every package what its bytes are, and of none where they are from', () => {
    expect(installed.length).toBeGreaterThan(100)
    expect(installed.filter(([, { integrity = '' }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity))).toEqual([])
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
    const links = locked.filter(([, { link }]) => link === true)
    expect(links.filter(([, { resolved = '' }]) => !/^(?:packages|examples)\/[a-z-]+$/.test(resolved))).toEqual([])
  })

  it('installs without running anything: scripts are off, and only tools of the tests have one', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m)
    const withScripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true)
    // The second comes with @grpc/grpc-js.
    expect(withScripts.map(([path, { dev }]) => [path, dev])).toEqual([
      ['node_modules/esbuild', true],
      ['node_modules/protobufjs', true],
    ])
    const ours = readdirSync(new URL('packages', root)).map((name) => read(`packages/${name}/package.json`))
    for (const text of ours) expect(text).not.toMatch(/"(?:pre|post)?install"|"prepare"/)
  })
})

describe('runtime dependencies', () => {
  /** `proxy: commander`, for every package and every `dependencies` of it. */
  const declared = readdirSync(new URL('packages', root)).flatMap((folder) => {
    const { dependencies = {} } = JSON.parse(read(`packages/${folder}/package.json`)) as { dependencies?: object }
    return Object.keys(dependencies).map((name) => `${folder.replace('server-', '')}: ${name}`)
  })
  /** The rows of the table in ARCHITECTURE.md. */
  const [, section = ''] = read('ARCHITECTURE.md').split('## Runtime dependencies')
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  const explained = rows.flatMap((row) => {
    const [, names = '', places = '', why = ''] = row.split('|').map((cell) => cell.trim())
    expect(why, row).not.toBe('')
    return places
      .split(', ')
      .flatMap((place) => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => `${place}: ${name}`))
  })

  it('each have a reason in ARCHITECTURE.md, and every reason has its dependency', () => {
    expect(explained.sort()).toEqual(declared.sort())
    expect(declared.length).toBeGreaterThan(5)
  })

  it('are ranges of a registry: no URL, no git, no folder, no "*"', () => {
    for (const folder of readdirSync(new URL('packages', root))) {
      const { dependencies = {} } = JSON.parse(read(`packages/${folder}/package.json`)) as {
        dependencies?: Record<string, string>
      }
      for (const range of Object.values(dependencies)) expect(range).toMatch(/^\^?\d+\.\d+\.\d+$/)
    }
  })
})

describe('the bill of materials', () => {
  const packages = runtimePackages()
  const sbom = formatSbom(packages)
  const names = sbom.components.map(({ name }) => name)

  it('has all that an installed package brings along, and nothing of the tests', () => {
    const expected = [
      'iam-auth-proxy',
      'iam-auth-server-middleware',
      '@aws-sdk/client-kms',
      'commander',
      'keygrip',
      'tslib',
    ]
    expect(names).toEqual(expect.arrayContaining(expected))
    for (const tool of ['vitest', 'typescript', 'express', 'fast-check', 'esbuild']) expect(names).not.toContain(tool)
  })

  it('has a hash and a licence of each that is not ours, and knows all it refers to', () => {
    for (const { name, hashes, licenses } of sbom.components) {
      expect(licenses, name).toHaveLength(1)
      if (name.startsWith('iam-auth-')) continue
      expect(hashes, name).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }])
    }
    const refs = new Set(sbom.components.map(({ purl }) => purl))
    expect(refs.size).toBe(sbom.components.length)
    for (const { dependsOn } of sbom.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref)
  })

  it('brings along nothing that runs when it is installed', () => {
    expect(packages.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([])
  })
})
