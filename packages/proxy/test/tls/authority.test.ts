import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createAuthority, openAuthority } from '../../src/tls/authority.js'
import { generateKey } from '../../src/tls/certificate.js'
import { mintLeaf } from '../../src/tls/leaf.js'
import { certificatesOf } from './certificates.js'

const NOW = Date.parse('2026-11-22T20:00:00Z')
const DAY_MS = 86_400_000

async function setUp(names = ['corp.test', 'wiki.example.test']) {
  const record = await createAuthority(names, NOW)
  const authority = openAuthority(record)
  const root = new X509Certificate(record.rootPem)
  const intermediate = new X509Certificate(record.intermediatePem)
  return { record, authority, root, intermediate }
}

describe('an authority', () => {
  it('is a root that signed one intermediate, both authorities for two years', async () => {
    const { authority, root, intermediate } = await setUp()
    expect(root.ca && intermediate.ca).toBe(true)
    expect(root.checkIssued(root) && root.verify(root.publicKey)).toBe(true)
    expect(intermediate.checkIssued(root) && intermediate.verify(root.publicKey)).toBe(true)
    for (const { validFrom, validTo } of [root, intermediate]) {
      expect(Date.parse(validFrom)).toBe(NOW - DAY_MS)
      expect(Date.parse(validTo)).toBe(NOW + 730 * DAY_MS)
    }
    expect(authority.expiresAt).toBe(NOW + 730 * DAY_MS)
    expect(authority.fingerprint).toBe(root.fingerprint256)
    expect(authority.fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    expect(authority.permitted).toEqual(['corp.test', 'wiki.example.test'])
  })

  it('keeps no key of its root', async () => {
    const { record, root } = await setUp()
    expect(Object.keys(record)).toEqual(['permitted', 'rootPem', 'intermediatePem', 'intermediateKeyPem'])
    const { privateKey } = openAuthority(record).issuer
    expect(root.checkPrivateKey(privateKey)).toBe(false)
    expect(JSON.stringify(openAuthority(record))).not.toContain('PRIVATE')
  })

  it('has critical constraints with the literal bytes of RFC 5280, in both certificates', async () => {
    const { root, intermediate } = await setUp(['a.test'])
    const oid = '0603551d1e'
    const isCritical = '0101ff'
    const permitted = `a00a${'30088206'}${'612e74657374'}`
    const excluded = `a130${'300a8708'}${'00'.repeat(8)}${'30228720'}${'00'.repeat(32)}`
    const expected = `304a${oid}${isCritical}0440303e${permitted}${excluded}`
    for (const { raw } of [root, intermediate]) expect(raw.toString('hex')).toContain(expected)
  })

  it('has an intermediate that signs for TLS servers alone, and no other authority', async () => {
    const { root, intermediate } = await setUp()
    expect(intermediate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    // basicConstraints, critical: cA, and the path length as RFC 5280 §4.2.1.9 has it.
    const basic = (pathLength: string) => `30120603551d130101ff040830060101ff0201${pathLength}`
    expect(root.raw.toString('hex')).toContain(basic('01'))
    expect(intermediate.raw.toString('hex')).toContain(basic('00'))
  })

  it('has another name, serial number and key each time', async () => {
    const [one, other] = [await setUp(), await setUp()]
    expect(one.root.subject).not.toBe(other.root.subject)
    const all = [one.root, one.intermediate, other.root, other.intermediate].map(({ serialNumber }) => serialNumber)
    expect(new Set(all).size).toBe(4)
    for (const serial of all) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/)
  })

  it('is refused where its parts do not belong together', async () => {
    const { record } = await setUp()
    const { record: other } = await setUp()
    expect(() => openAuthority({ ...record, intermediateKeyPem: other.intermediateKeyPem })).toThrow('the key is not')
    expect(() => openAuthority({ ...record, rootPem: other.rootPem })).toThrow('is not of this root')
    expect(() => openAuthority({ ...record, rootPem: record.intermediatePem })).toThrow('the root is not one')
    expect(() => openAuthority({ ...record, permitted: ['corp.test'] })).toThrow('the permitted names are not those')
    expect(() => openAuthority({ ...record, permitted: [] })).toThrow('at least one permitted name')
  })

  it('cannot be made without a name', async () => {
    await expect(createAuthority([], NOW)).rejects.toThrow('at least one permitted name')
  })
})

describe('a leaf', () => {
  it('is for one host, for 30 days, of the intermediate, with the intermediate behind it', async () => {
    const { authority, intermediate } = await setUp()
    const { publicKey } = await generateKey()
    const { chainPem, notAfter } = mintLeaf(authority, 'Wiki.Corp.test', publicKey, NOW)
    const [leaf, behind] = certificatesOf(chainPem)
    expect(leaf?.subjectAltName).toBe('DNS:wiki.corp.test')
    expect(leaf?.subject).toBe('O=iam-auth-proxy')
    expect(leaf?.ca).toBe(false)
    expect(leaf?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(leaf?.checkIssued(intermediate) && leaf.verify(intermediate.publicKey)).toBe(true)
    expect(behind?.fingerprint256).toBe(intermediate.fingerprint256)
    expect(notAfter).toBe(NOW + 30 * DAY_MS)
    expect(Date.parse(leaf?.validFrom ?? '')).toBe(NOW - DAY_MS)
  })

  it('has A-labels for a name of another script', async () => {
    const { authority } = await setUp(['bücher.test'].map((name) => new URL(`http://${name}`).hostname))
    const { publicKey } = await generateKey()
    const [leaf] = certificatesOf(mintLeaf(authority, 'www.bücher.test', publicKey, NOW).chainPem)
    expect(leaf?.checkHost('www.xn--bcher-kva.test')).toBe('www.xn--bcher-kva.test')
  })

  it('does not outlive its authority, and is not made by one that has expired', async () => {
    const { authority } = await setUp()
    const { publicKey } = await generateKey()
    const { expiresAt } = authority
    expect(mintLeaf(authority, 'corp.test', publicKey, expiresAt - DAY_MS).notAfter).toBe(expiresAt)
    expect(() => mintLeaf(authority, 'corp.test', publicKey, expiresAt)).toThrow('iam-auth-proxy ca install')
  })

  it.each(['example.test', 'xcorp.test', '127.0.0.1', '::1', '*.corp.test', ''])('is not made for %j', async (host) => {
    const { authority } = await setUp()
    const { publicKey } = await generateKey()
    expect(() => mintLeaf(authority, host, publicKey, NOW)).toThrow(RangeError)
  })
})
