import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { createAuthority } from '../../src/tls/authority.js'
import { writeAuthority } from '../../src/tls/authority-file.js'
import { formatBundle } from '../../src/tls/bundle.js'
import { authorityEnvironment } from '../../src/tls/environment.js'
import { authorityPaths } from '../../src/tls/paths.js'
import { ownFolder } from '../trust/folder.js'
import { certificatesOf } from './certificates.js'

async function setUp() {
  const folder = ownFolder()
  const { rootPem } = await createAuthority(['corp.test'], Date.now())
  const authority = await writeAuthority(folder, await createAuthority(['corp.test'], Date.now()))
  const other = join(folder, 'company.pem')
  writeFileSync(other, rootPem)
  const { bundle, root } = authorityPaths(folder)
  return { folder, authority, other, otherPem: rootPem, bundle, root }
}

describe('the environment of programs', () => {
  it('is nothing where no authority is installed', async () => {
    expect(await authorityEnvironment(ownFolder())).toEqual({})
  })

  it('names the bundle, and for Node, which adds to its own, the root', async () => {
    const { folder, bundle, root } = await setUp()
    expect(await authorityEnvironment(folder)).toEqual({
      SSL_CERT_FILE: bundle,
      CURL_CA_BUNDLE: bundle,
      REQUESTS_CA_BUNDLE: bundle,
      GIT_SSL_CAINFO: bundle,
      AWS_CA_BUNDLE: bundle,
      PIP_CERT: bundle,
      NODE_EXTRA_CA_CERTS: root,
    })
    expect(statSync(bundle).mode & 0o777).toBe(0o644)
  })

  it('writes a bundle of many roots and ours', async () => {
    const { folder, authority, bundle } = await setUp()
    await authorityEnvironment(folder)
    const roots = certificatesOf(readFileSync(bundle, 'utf8'))
    expect(roots.length).toBeGreaterThan(50)
    expect(roots.at(-1)?.fingerprint256).toBe(authority.fingerprint)
  })

  it('keeps what the user has told programs to trust, and is the same the second time', async () => {
    const { folder, bundle, other, otherPem } = await setUp()
    const first = await authorityEnvironment(folder, { NODE_EXTRA_CA_CERTS: other, SSL_CERT_FILE: '/nonexistent' })
    expect(first['NODE_EXTRA_CA_CERTS']).toBe(bundle)
    expect(readFileSync(bundle, 'utf8')).toContain(otherPem.trim())
    const { ino } = statSync(bundle)
    const kept = { REQUESTS_CA_BUNDLE: other, CURL_CA_BUNDLE: bundle }
    await authorityEnvironment(folder, kept)
    expect(statSync(bundle).ino).toBe(ino)
  })
})

describe('a bundle', () => {
  it('has the roots of Node where the system has none in a file, and no certificate twice', async () => {
    const { other, otherPem } = await setUp()
    const ours = certificatesOf(formatBundle(otherPem, [other, other], ['/nonexistent', '/dev/null']))
    expect(ours).toHaveLength(new Set(rootCertificates).size + 1)
    expect(certificatesOf(formatBundle(otherPem, [], [other]))).toHaveLength(1)
  })
})
