import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseKeyArn } from 'iam-auth-protocol'
import { expect, onTestFinished, test } from 'vitest'
import { createKmsEncrypt } from '../../src/aws/kms.js'
import { Secret } from '../../src/secret.js'

test('keeps clients of twenty regions: challenges that name ever new ones fill no memory and no table of sockets', async () => {
  const kms = await startKms()
  const encrypt = createKmsEncrypt()
  const credentials = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
    sessionToken: undefined,
    expiresAt: undefined,
    origin: 'test',
  }
  const encryptIn = (region: string) => {
    const key = parseKeyArn(`arn:aws:kms:${region}:123456789012:key/11111111-2222-3333-4444-555555555555`)
    return encrypt(credentials, { key, plaintext: new Uint8Array([1]), context: { a: 'b' } })
  }
  const regions = Array.from({ length: 26 }, (_, index) => `eu-${String.fromCharCode(97 + index)}-1`)
  for (const region of regions) expect(await encryptIn(region)).toEqual(new Uint8Array([7]))
  await expect.poll(() => kms.open.size).toBe(20)
  // The newest is still there, the oldest is made anew.
  expect(await encryptIn(regions.at(-1) ?? '')).toEqual(new Uint8Array([7]))
  expect(kms.connections()).toBe(26)
  expect(await encryptIn(regions[0] ?? '')).toEqual(new Uint8Array([7]))
  expect(kms.connections()).toBe(27)
})

/** Something that answers every Encrypt, and its open connections. */
async function startKms() {
  const open = new Set<object>()
  let connections = 0
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('Content-Type', 'application/x-amz-json-1.1')
    response.end(JSON.stringify({ CiphertextBlob: 'Bw==' }))
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    connections += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const before = process.env['AWS_ENDPOINT_URL']
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    process.env['AWS_ENDPOINT_URL'] = before
    if (before === undefined) delete process.env['AWS_ENDPOINT_URL']
    server.close()
    server.closeAllConnections()
  })
  return { open, connections: () => connections }
}
