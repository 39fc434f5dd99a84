import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import { createAuthority } from '../../packages/proxy/src/tls/authority.js'
import { writeAuthority } from '../../packages/proxy/src/tls/authority-file.js'
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '../../packages/proxy/test/upstream/localhost-certificate.js'
import type { Keeper } from './cleanup.js'
import { findProgram } from './programs.js'
import { makeDirectory } from './temporary-directory.js'

export const certutilPath = findProgram('certutil')
const opensslPath = findProgram('openssl') ?? 'openssl'

/** A certificate that vouches for itself, as a company's own services have them, made by OpenSSL. */
export interface Certificate {
  /** PEM, on disk: for `--upstream-ca`. */
  readonly path: string
  readonly cert: string
  readonly key: string
}

/** @param names as in a certificate: `*.example.test` */
export async function makeCertificate(names: readonly string[], keep: Keeper): Promise<Certificate> {
  const folder = await makeDirectory(keep)
  const [path, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const subject = [
    '-subj',
    '/CN=services of the test',
    '-addext',
    `subjectAltName=${names.map((name) => `DNS:${name}`)}`,
  ]
  const key = ['-days', '2', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyPath]
  execFileSync(opensslPath, ['req', '-x509', ...key, '-out', path, ...subject], { stdio: 'ignore' })
  return { path, cert: readFileSync(path, 'utf8'), key: readFileSync(keyPath, 'utf8') }
}

/** The tests' own certificate for localhost: for those that need no other name. */
export async function localhostCertificate(keep: Keeper): Promise<Certificate> {
  const path = join(await makeDirectory(keep), 'localhost.pem')
  writeFileSync(path, LOCALHOST_CERTIFICATE)
  return { path, cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY }
}

/** What stands before a service that speaks http, as a load balancer does: TLS ends here. `to`: the service's port, asked for each connection. */
export async function startTlsFront(
  to: () => number,
  { cert, key }: Certificate,
  keep: Keeper,
): Promise<{ port: number; connections(): number }> {
  const open = new Set<net.Socket>()
  let connections = 0
  const server = tls.createServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (client) => {
    connections += 1
    const service = net.connect(to(), '127.0.0.1')
    for (const [from, other] of [
      [client, service],
      [service, client],
    ] as const) {
      open.add(from.on('error', () => other.destroy()).on('close', () => other.destroy()))
      from.pipe(other)
    }
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

/** A person's configuration with a local authority in it, and a home whose Chromium trusts it. */
export async function installAuthority(
  names: readonly string[],
  keep: Keeper,
): Promise<{ configFolder: string; home: string; root: string }> {
  const home = await makeDirectory(keep)
  const configFolder = join(home, 'config')
  await writeAuthority(configFolder, await createAuthority(names, Date.now()))
  const root = join(configFolder, 'ca', 'root.pem')
  if (certutilPath !== undefined) trustInChromium(home, root)
  return { configFolder, home, root }
}

function trustInChromium(home: string, root: string): void {
  const database = join(home, '.local', 'share', 'pki', 'nssdb')
  mkdirSync(database, { recursive: true })
  const run = (...args: string[]) => execFileSync(certutilPath as string, ['-d', `sql:${database}`, ...args])
  run('-N', '--empty-password')
  run('-A', '-n', 'iam-auth-proxy of a test', '-t', 'C,,', '-i', root)
}
