import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { addressKind, nameKind } from '../../src/server/addresses.js'
import { createDestinationPolicy } from '../../src/server/destinations.js'
import { requestBytes, scriptedLogin, sendRaw, startOrigin, startProxy } from './rig.js'

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['::', 'unspecified'],
  ['169.254.169.254', 'metadata'],
  ['169.254.170.2', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['fd00:ec2::23', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['192.0.0.192', 'metadata'],
  ['fd20:ce::254', 'metadata'],
  ['169.254.1.1', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['febf::1', 'link-local'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['::ffff:169.254.169.254', 'metadata'],
  ['::127.0.0.1', 'loopback'],
  ['::ffff:0:127.0.0.1', 'loopback'],
  ['::ffff:0:a9fe:a9fe', 'metadata'],
  ['64:ff9b::127.0.0.1', 'loopback'],
  ['64:ff9b::a9fe:a9fe', 'metadata'],
  ['64:ff9b:1::7f00:1', 'loopback'],
  ['2002:7f00:1::', 'loopback'],
  ['2002:a9fe:a9fe::1', 'metadata'],
  ['::ffff:0.0.0.0', 'unspecified'],
  ['10.0.0.1', undefined],
  ['192.168.1.1', undefined],
  ['128.0.0.1', undefined],
  ['8.8.8.8', undefined],
  ['::ffff:8.8.8.8', undefined],
  ['2001:db8::1', undefined],
  ['fd12::1', undefined],
  ['fec0::1', undefined],
])('%s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind)
})

test.each([
  ['localhost', 'loopback'],
  ['LOCALHOST.', 'loopback'],
  ['a.b.localhost', 'loopback'],
  ['a.localhost..', 'loopback'],
  ['metadata.google.internal', 'metadata'],
  ['instance-data.ec2.internal.', 'metadata'],
  ['localhost.example', undefined],
  ['notlocalhost', undefined],
])('the name %s is %s', (name, kind) => {
  expect(nameKind(name)).toBe(kind)
})

/** Every spelling of what must not be reached, through the whole proxy. */
test.each([
  'http://127.0.0.1:1/',
  'http://0x7f.1:1/',
  'http://0x7f000001:1/',
  'http://0177.0.0.1:1/',
  'http://2130706433:1/',
  'http://127.1:1/',
  'http://%31%32%37.0.0.1:1/',
  'http://localhost:1/',
  'http://LocalHost:1/',
  'http://x.localhost:1/',
  'http://[::1]:1/',
  'http://[0:0:0:0:0:0:0:1]:1/',
  'http://[::ffff:127.0.0.1]:1/',
  'http://[::ffff:7f00:1]:1/',
  'http://[64:ff9b::7f00:1]:1/',
  'http://0.0.0.0:1/',
  'http://0:1/',
  'http://[::]:1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://169.254.169.254:80/',
  'http://0xa9fea9fe/',
  'http://[fd00:ec2::254]/',
  'http://[fe80::1]/',
  'http://[2002:a9fe:a9fe::]/',
  'https://127.0.0.1:1/',
])('%s is a 403 where nobody trusts it', async (url) => {
  const proxy = await startProxy({ allowLoopback: false })
  const answer = await sendRaw(proxy.port, requestBytes(url), /\n$/)
  expect(answer).toMatch(/^HTTP\/1.1 403 /)
  expect(answer).toContain('Proxy-Status: iam-auth-proxy; error=destination_ip_prohibited\r\n')
})

test('the reason of a refused tunnel is one line of printable characters, however long the name is', async () => {
  const proxy = await startProxy({ allowLoopback: false })
  const name = `${'a.'.repeat(110)}localhost:1`
  const answer = await sendRaw(proxy.port, `CONNECT ${name} HTTP/1.1\r\nHost: ${name}\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 403 [\x20-\x7e]{297}\.\.\.\r\n/)
  expect(answer).toMatch(/error=destination_ip_prohibited; details="[\x20-\x7e]{297}\.\.\."\r\n/)
})

test('a trusted authority is reached on loopback, its other ports are not', async () => {
  const origin = await startOrigin((_, response) => response.end('ok'))
  const proxy = await startProxy({
    allowLoopback: false,
    isTrusted: (host, port) => host === 'localhost' && port === origin.port,
  })
  expect(await sendRaw(proxy.port, requestBytes(`http://localhost:${origin.port}/`), /ok$/)).toMatch(/^HTTP\/1.1 200 /)
  expect(await sendRaw(proxy.port, requestBytes('http://localhost:1/'), /\n$/)).toMatch(/^HTTP\/1.1 403 /)
  expect(await sendRaw(proxy.port, requestBytes(`http://127.0.0.1:${origin.port}/`), /\n$/)).toMatch(/^HTTP\/1.1 403 /)
})

test('allowLoopback opens loopback only', async () => {
  const policy = createDestinationPolicy({ allowLoopback: true, isTrusted: () => false })
  const check = (address: string) => () => policy.requireAllowedAddress({ host: 'x.example', port: 80 }, address)
  expect(check('127.0.0.1')).not.toThrow()
  expect(check('::ffff:127.0.0.1')).not.toThrow()
  for (const address of ['169.254.169.254', '0.0.0.0', 'fe80::1', '::'])
    expect(check(address)).toThrow(/x\.example:80 is/)
})

test('the proxy never dials itself, by any of its addresses, trusted or not', async () => {
  const { login } = scriptedLogin()
  const proxy = await startProxy({ login, isTrusted: () => true })
  for (const host of ['127.0.0.1', 'localhost', '127.1', '0.0.0.0', '[::ffff:127.0.0.1]', '127.0.0.2']) {
    const answer = await sendRaw(proxy.port, requestBytes(`http://${host}:${proxy.port}/`), /\n$/)
    expect(answer).toMatch(/^HTTP\/1.1 403 .*this proxy itself/s)
  }
})

test('a listener on all interfaces is itself on each of them', () => {
  const policy = createDestinationPolicy({ allowLoopback: true, isTrusted: () => true })
  policy.addOwnListener('0.0.0.0', 8080)
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  for (const { address } of addresses) {
    expect(() => policy.requireAllowedAddress({ host: address, port: 8080 }, address)).toThrow(/itself/)
    expect(() => policy.requireAllowedAddress({ host: address, port: 8081 }, address)).not.toThrow()
    const mapped = `::ffff:${address}`
    if (!address.includes(':')) {
      expect(() => policy.requireAllowedAddress({ host: mapped, port: 8080 }, mapped)).toThrow(/itself/)
    }
  }
})
