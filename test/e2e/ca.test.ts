import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { installCa } from '../../packages/proxy/src/commands/ca-install.js'
import { createRun } from '../../packages/proxy/src/commands/ca-programs.js'
import { uninstallCa } from '../../packages/proxy/src/commands/ca-uninstall.js'
import { readAuthority } from '../../packages/proxy/src/tls/authority-file.js'
import { createLeafContexts } from '../../packages/proxy/src/tls/contexts.js'
import { authorityEnvironment } from '../../packages/proxy/src/tls/environment.js'
import { findStores } from '../../packages/proxy/src/tls/stores/stores.js'
import { chromiumPath } from '../support/browser.js'
import { thisTest } from '../support/cleanup.js'
import { OTHER_USER, otherUser } from '../support/other-user.js'
import { run } from '../support/process.js'
import { findProgram, isMissing } from '../support/programs.js'
import { proxyCommand, repositoryRoot } from '../support/proxy.js'
import { makeDirectory } from '../support/temporary-directory.js'

/** The local certificate authority, as a user and a browser meet it. Stores are in homes of the tests; the system's is never touched. */

const HOST = 'wiki.corp.test'
const certutil = findProgram('certutil')

/** A user with an empty home, whose system keeps its anchors in folders of the test. */
async function newUser() {
  const home = await makeDirectory(thisTest)
  const folders = ['local', 'etc', 'hooks'].map((name) => join(home, 'system', name))
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  const [local = '', etc = '', hooks = ''] = folders
  const systemAnchors = {
    folder: local,
    suffix: '.crt',
    refresh: ['update-ca-certificates', '--localcertsdir', local, '--etccertsdir', etc, '--hooksdir', hooks],
    bundle: join(etc, 'ca-certificates.crt'),
  }
  const place = { platform: 'linux', uid: 0, home, env: {}, run: createRun(process.env, 'linux') } as const
  const stores = () => findStores({ ...place, runAsRoot: undefined, systemAnchors })
  const configFolder = join(home, '.config', 'iam-auth-proxy')
  const print = () => {}
  return {
    home,
    configFolder,
    install: () =>
      installCa(
        { yes: true, host: ['corp.test'] },
        {
          ...{ configFolder, uid: process.getuid?.(), platform: 'linux', trusted: [], now: Date.now, print },
          openTerminal: () => Promise.reject(new Error('nobody is asked')),
          findStores: stores,
          environment: () => authorityEnvironment(configFolder),
        },
      ),
    uninstall: () => uninstallCa({ configFolder, stores: stores(), print }),
  }
}

/** What Chromium says of https://wiki.corp.test: the text of the page, or its error. */
async function open(home: string, port: number): Promise<string> {
  const browser = await chromium.launch({
    executablePath: chromiumPath ?? '',
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--no-proxy-server'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      '--host-resolver-rules=MAP *.test 127.0.0.1',
    ],
    env: { PATH: process.env['PATH'] ?? '', HOME: home },
  })
  thisTest(() => browser.close())
  const page = await browser.newPage()
  try {
    await page.goto(`https://${HOST}:${port}/`)
    return (await page.textContent('body')) ?? ''
  } catch (error) {
    return /net::\w+/.exec((error as Error).message)?.[0] ?? (error as Error).message
  } finally {
    await browser.close()
  }
}

async function startServer(configFolder: string): Promise<number> {
  const authority = await readAuthority(configFolder)
  if (authority === undefined) throw new Error('no authority was installed')
  const contexts = createLeafContexts(authority, { now: Date.now })
  const server = createServer({
    SNICallback: (host, done) => void contexts.secureContextFor(host).then((context) => done(null, context), done),
  })
  server.on('request', (_request, response) => response.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  thisTest(() => void server.close())
  return (server.address() as AddressInfo).port
}

const hasAll =
  !isMissing(certutil, 'certutil (libnss3-tools)') &&
  !isMissing(chromiumPath, 'Chromium') &&
  !isMissing(findProgram('update-ca-certificates'), 'update-ca-certificates')

describe.skipIf(!hasAll)('a real Chromium', () => {
  test('takes a page with a leaf after ca install, and no more after ca uninstall', async () => {
    const { home, configFolder, install, uninstall } = await newUser()
    await install()
    const port = await startServer(configFolder)
    expect(await open(home, port)).toBe('hello')
    await uninstall()
    expect(existsSync(join(configFolder, 'ca'))).toBe(false)
    expect(await open(home, port)).toBe('net::ERR_CERT_AUTHORITY_INVALID')
  })
})

/** The command line as an ordinary user with a home of their own, who may not change the system's store. */
async function newOrdinaryUser() {
  const home = await makeDirectory(thisTest)
  chmodSync(home, 0o700)
  const own = otherUser === undefined ? {} : { uid: OTHER_USER, gid: OTHER_USER }
  if (otherUser !== undefined) execFileSync('chown', [String(OTHER_USER), home])
  const env = { PATH: process.env['PATH'], HOME: home }
  const [node, ...before] = proxyCommand
  return {
    home,
    async ca(...args: string[]) {
      const options = { cwd: repositoryRoot, env, stdio: ['ignore', 'pipe', 'pipe'] as const, ...own }
      const running = run(node, [...before, 'ca', ...args], { ...options, stdio: [...options.stdio] }, thisTest)
      return { exitCode: await running.ended, stdout: running.stdout(), stderr: running.stderr() }
    },
  }
}

/** Where root runs the tests and can be nobody else, the store of the real system would be changed. */
function canRunAsOrdinaryUser(): boolean {
  if (process.getuid?.() !== 0) return true
  const asOther = { uid: OTHER_USER, gid: OTHER_USER, cwd: '/', env: {} }
  const reads = () => spawnSync('cat', [fileURLToPath(new URL('package.json', repositoryRoot))], asOther).status === 0
  return !isMissing(otherUser && reads() ? otherUser : undefined, 'another user, who may read this folder,')
}

const mayRun = canRunAsOrdinaryUser()

describe.skipIf(!mayRun || isMissing(certutil, 'certutil (libnss3-tools)'))('the command line', () => {
  test('installs, tells, and uninstalls', async () => {
    const { home, ca } = await newOrdinaryUser()
    const installed = await ca('install', '--yes', '--host', 'corp.test')
    expect(installed).toMatchObject({ exitCode: 0, stderr: '' })
    expect(installed.stdout).toMatch(/^A certificate authority for corp\.test, valid until /)
    const [path, status] = await Promise.all([ca('path'), ca('status')])
    const file = join(home, '.config/iam-auth-proxy/ca/root.pem')
    expect(path.stdout).toBe(`${file}\n`)
    expect(statSync(join(home, '.config/iam-auth-proxy/ca')).mode & 0o777).toBe(0o700)
    expect(status.stdout).toMatch(/ {2}Chromium, Chrome +installed +\S+\/\.local\/share\/pki\/nssdb\n/)
    expect(await ca('uninstall', '--yes')).toMatchObject({ exitCode: 0, stderr: '' })
    expect(existsSync(file)).toBe(false)
  })

  test('writes a bundle of all roots, and prints it', async () => {
    const { home, ca } = await newOrdinaryUser()
    await ca('install', '--yes', '--host', 'corp.test')
    const [bundle, certificates] = await Promise.all([ca('bundle'), ca('bundle', '--stdout')])
    const root = readFileSync(join(home, '.config/iam-auth-proxy/ca/root.pem'), 'utf8')
    expect(readFileSync(bundle.stdout.trim(), 'utf8')).toContain(root)
    expect(certificates.stdout).toContain(root)
  })

  test('says how to install one where there is none', async () => {
    const { ca } = await newOrdinaryUser()
    for (const said of await Promise.all([ca('status'), ca('path'), ca('bundle')])) {
      expect(said).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('ca install') })
    }
  })

  test('refuses what is too wide, and an authority that others may have read', async () => {
    const { home, ca } = await newOrdinaryUser()
    const wide = await ca('install', '--yes', '--host', 'com', '--host', 'co.uk')
    expect(wide.exitCode).toBe(64)
    expect(wide.stderr.match(/too wide/g)).toHaveLength(2)
    expect(existsSync(join(home, '.config'))).toBe(false)
    await ca('install', '--yes', '--host', 'corp.test')
    chmodSync(join(home, '.config/iam-auth-proxy/ca'), 0o755)
    const open = await ca('status')
    expect(open.exitCode).toBe(64)
    expect(open.stderr).toContain('chmod 700')
  })
})
