import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAuthority, openAuthority } from '../../packages/proxy/src/tls/authority.js'
import { generateKey } from '../../packages/proxy/src/tls/certificate.js'
import { createLeafContexts } from '../../packages/proxy/src/tls/contexts.js'
import { implicit } from '../../packages/proxy/src/tls/der.js'
import { dnsName } from '../../packages/proxy/src/tls/extensions.js'
import { signLeaf } from '../../packages/proxy/src/tls/leaf.js'
import { type Keeper, thisFile } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { run } from '../support/process.js'
import { findProgram, isMissing } from '../support/programs.js'
import { repositoryRoot } from '../support/proxy.js'
import { makeDirectory } from '../support/temporary-directory.js'

const keep = thisFile()
const INSIDE = 'wiki.corp.test'
const APEX = 'corp.test'
const OUTSIDE = 'wiki.evil.test'
const ADDRESS = '127.0.0.1'

/** Leaves that the authority would never make, signed with its key all the same: what a thief of that key would do. */
async function startServer(keep: Keeper) {
  const folder = await makeDirectory(keep)
  const authority = openAuthority(await createAuthority([APEX], Date.now()))
  const root = join(folder, 'root.pem')
  await writeFile(root, authority.rootPem)
  const { publicKey, privateKey } = await generateKey()
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const stolen = (name: Buffer) => ({ key, cert: signLeaf(authority, [name], publicKey, Date.now()).chainPem })
  const contexts = createLeafContexts(authority, { now: Date.now })
  const server = createServer({
    // Shown where a client names no host: it went to an address.
    ...stolen(implicit(7, Buffer.from([127, 0, 0, 1]))),
    SNICallback: (host, done) => {
      if (!authority.covers(host)) return done(null, createSecureContext(stolen(dnsName(host))))
      contexts.secureContextFor(host).then((context) => done(null, context), done)
    },
  })
  server.on('request', (_request, response) => response.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  keep(() => server.close())
  const files = { root, inside: join(folder, 'inside.pem'), outside: join(folder, 'outside.pem') }
  await writeFile(files.outside, stolen(dnsName(OUTSIDE)).cert)
  await writeFile(files.inside, stolen(dnsName(INSIDE)).cert)
  return { port: (server.address() as AddressInfo).port, authority, files }
}

let server: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  server = await startServer(keep)
})

/** What a client says of https://<host>/: true where it takes the certificate, its words where it does not. */
interface Client {
  readonly name: string
  readonly isMissing: boolean
  connect(host: string): Promise<true | string>
}

const viaNode = (host: string) =>
  new Promise<true | string>((resolve) => {
    const { port, authority } = server
    // Straight to loopback, whatever the name.
    const lookup = (_host: string, _options: unknown, done: (error: null, all: unknown) => void) =>
      done(null, [{ address: '127.0.0.1', family: 4 }])
    const request = get({ host, port, ca: authority.rootPem, agent: false, lookup: lookup as never })
    request.on('response', (response) => resolve(response.resume().statusCode === 200 || 'not 200'))
    request.on('error', (error) => resolve(`${(error as NodeJS.ErrnoException).code} ${error.message}`))
  })

async function viaCurl(host: string): Promise<true | string> {
  const { port, files } = server
  const args = ['--cacert', files.root, '--resolve', `${host}:${port}:127.0.0.1`, `https://${host}:${port}/`]
  const { exitCode, status } = await curl(undefined, args, keep)
  return status === 200 || `exit ${exitCode}`
}

async function saidBy(command: string, args: readonly string[]): Promise<string> {
  const running = run(command, args, { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'pipe'] }, keep)
  await running.ended
  return running.output().trim()
}

const java = findProgram('java')
const javac = findProgram('javac')
const python = findProgram('python3')
const openssl = findProgram('openssl')
const hasRequests = python !== undefined && (await saidBy(python, ['-c', 'import requests'])) === ''

async function viaPython(host: string): Promise<true | string> {
  const { port, files } = server
  const said = await saidBy(python ?? '', ['test/interop/tls/connect.py', host, String(port), files.root])
  return said === '200' || said
}

async function viaJava(host: string): Promise<true | string> {
  const { port, files } = server
  const said = await saidBy(java ?? '', ['test/interop/tls/Connect.java', host, String(port), files.root])
  return said.startsWith('TLSv1') || said
}

const clients: readonly Client[] = [
  { name: 'Node', isMissing: false, connect: viaNode },
  { name: 'curl', isMissing: isMissing(findProgram('curl'), 'curl'), connect: viaCurl },
  {
    name: 'requests of Python',
    isMissing: isMissing(hasRequests ? python : undefined, 'Python with requests'),
    connect: viaPython,
  },
  // Does not look at the constraints of a root: those of the intermediate are for it.
  { name: 'Java', isMissing: isMissing(javac && java, 'a JDK'), connect: viaJava },
]

describe.each(clients)('a certificate of the local authority, to $name', ({ isMissing: skipped, connect }) => {
  it.skipIf(skipped)('is good for a permitted name, and below it', async () => {
    expect(await Promise.all([connect(INSIDE), connect(APEX)])).toEqual([true, true])
  })

  it.skipIf(skipped)('is no good for a name outside, even with the key of the authority', async () => {
    expect(await connect(OUTSIDE)).toMatch(/permitted|PERMITTED|exit 60|constraint/)
  })

  it.skipIf(skipped)('is no good for an IP address, even with the key of the authority', async () => {
    expect(await connect(ADDRESS)).toMatch(/excluded|EXCLUDED|exit 60|constraint/)
  })
})

describe('a certificate of the local authority, to openssl verify', () => {
  const skipped = isMissing(openssl, 'openssl')
  const verify = (leaf: string, ...more: string[]) =>
    saidBy(openssl ?? '', ['verify', '-CAfile', server.files.root, '-untrusted', leaf, ...more, leaf])

  it.skipIf(skipped)('is good for a permitted name alone, and for a server alone', async () => {
    const { inside, outside } = server.files
    expect(await verify(inside, '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', INSIDE)).toBe(
      `${inside}: OK`,
    )
    expect(await verify(outside)).toContain('permitted subtree violation')
    expect(await verify(inside, '-verify_hostname', 'other.corp.test')).toContain('hostname mismatch')
    expect(await verify(inside, '-purpose', 'sslclient')).toMatch(
      /unsuitable certificate purpose|unsupported certificate purpose/,
    )
  })

  it.skipIf(skipped)('names the constraints as critical', async () => {
    const text = await saidBy(openssl ?? '', ['x509', '-in', server.files.root, '-noout', '-text'])
    expect(text).toMatch(
      /X509v3 Name Constraints: critical\s+Permitted:\s+DNS:corp\.test\s+Excluded:\s+IP:0\.0\.0\.0\/0\.0\.0\.0/,
    )
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:1/)
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign/)
    expect(text).toContain('ecdsa-with-SHA256')
  })
})
