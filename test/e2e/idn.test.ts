import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createIamFetch } from '../../packages/proxy/src/fetch/index.js'
import { sendRaw } from '../../packages/proxy/test/server/rig.js'
import { startHostileSite, takeChallenge, visitThrough } from '../security/hostile-site.js'
import { FIRST_LOGIN, NOTHING, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startGateway } from '../support/gateway.js'
import { findProgram, isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, runProxy, startProxy, type TestProxy } from '../support/proxy.js'
import { startService, type TestService } from '../support/service.js'
import { type SocksServer, startSocksServer } from '../support/socks-server.js'
import { makeDirectory } from '../support/temporary-directory.js'
import { until } from '../support/until.js'

/** A service whose name has letters beyond ASCII: as people read it, and as it travels. */
const READ = 'b\u00fccher.example'
const ORIGIN = 'http://xn--bcher-kva.example'
/** The same to the eye, with a Cyrillic letter. */
const LOOK_ALIKE = 'b\u00fcch\u0435r.example'
const LOOK_ALIKE_ORIGIN = new URL(`http://${LOOK_ALIKE}`).origin

const forFile = thisFile()
let aws: LocalAws
let socks: SocksServer
let way: readonly string[]

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  socks = await startSocksServer(forFile)
  way = ['--socks-proxy', `127.0.0.1:${socks.port}`]
})
beforeEach(() => aws.resetCalls())

const alice = () => aws.state.user('alice').arn

async function serviceAt(origin: string): Promise<TestService> {
  const service = await startService(aws, thisTest, { origin })
  socks.map(`${new URL(origin).host}:80`, service.port)
  return service
}

async function run(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const running = runProxy(args, { ...cleanEnvironment(aws, keysOf(aws, 'alice')), ...more }, thisTest)
  return { code: await running.ended, stdout: running.stdout(), stderr: running.stderr() }
}

const ask = (proxy: TestProxy, head: string) =>
  sendRaw(proxy.port, Buffer.from(`${head}\r\nConnection: close\r\n\r\n`).toString('latin1'))

describe('where a name only says where to go it may be typed as it is read', () => {
  test.skipIf(isMissing(findProgram('curl'), 'curl'))('iam-auth-proxy curl, and exec', async () => {
    await serviceAt(ORIGIN)
    for (const command of [['curl'], ['exec', '--', 'curl']]) {
      aws.resetCalls()
      const { stdout, stderr } = await run([...way, '--trust', ORIGIN, ...command, '-sS', `http://${READ}/`])
      expect(stdout, stderr).toBe(`${alice()}\n`)
      expect(tally(aws)).toEqual(FIRST_LOGIN)
    }
  })

  test('a site of the gateway', async () => {
    await serviceAt(ORIGIN)
    const gateway = await startGateway(aws, [`http://${READ}`], thisTest, way)
    const { host } = new URL(gateway.originOf(ORIGIN))
    expect(host).toMatch(/^xn-bcher-kva\.localhost:\d+$/)
    const answer = await sendRaw(gateway.port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(answer).toContain(alice())
    const misdirected = `GET / HTTP/1.1\r\nHost: ${READ}\r\nConnection: close\r\n\r\n`
    expect(await sendRaw(gateway.port, Buffer.from(misdirected).toString('latin1'))).toMatch(/^HTTP\/1\.1 421 /)
  })

  test('the page that open opens', async () => {
    const folder = await makeDirectory(thisTest)
    const [browser, noted] = [join(folder, 'chromium'), join(folder, 'arguments')]
    await writeFile(browser, `#!/bin/sh\nprintf '%s\\n' "$@" > '${noted}'\n`)
    await chmod(browser, 0o755)
    const proxy = await startProxy(aws, thisTest, { args: way })
    const at = `127.0.0.1:${proxy.port}`
    const opened = await run(['open', `${READ}/page`, '--browser', browser, '--proxy', at], { XDG_DATA_HOME: folder })
    expect(opened).toMatchObject({ code: 0, stderr: '' })
    expect((await readFile(noted, 'utf8')).trim().split('\n')).toContain(`${ORIGIN}/page`)
  })

  test('the URL of a program’s own fetch', async () => {
    const asked: string[] = []
    const iamFetch = createIamFetch({
      credentials: async () => keysOf(aws, 'alice'),
      trust: [ORIGIN],
      onlyTrusted: true,
      fetch: async (url) => {
        asked.push(String(url))
        return new Response('ok')
      },
    })
    await iamFetch(`http://${READ}/a`)
    await iamFetch(new URL(`http://${READ.toUpperCase()}/b`))
    expect(asked).toEqual([`${ORIGIN}/a`, `${ORIGIN}/b`])
  })

  test('the host of another proxy', async () => {
    const config = await run(['--upstream-proxy', `${READ}=http://pr\u00f6xy.example:3128`, '--print-config'])
    expect(config.stdout).toContain('xn--prxy-6qa.example:3128')
    const spelling = await run(['--upstream-proxy', 'http://\u24dfroxy.example:3128', '--print-config'])
    expect(spelling).toMatchObject({ code: 64, stderr: expect.stringContaining('is a spelling of proxy.example') })
  })
})

describe('where a name says whom to trust the answer is the form to type', () => {
  test.each<[what: string, args: readonly string[], typed: string]>([
    ['trust add', ['trust', 'add', `http://${READ}`], ORIGIN],
    ['trust add of a look-alike', ['trust', 'add', `http://${LOOK_ALIKE}`], LOOK_ALIKE_ORIGIN],
    ['trust add of a suffix', ['trust', 'add', `https://*.${READ}`], 'https://*.xn--bcher-kva.example'],
    ['trust remove', ['trust', 'remove', `http://${READ}`], ORIGIN],
    ['--trust', ['--trust', `http://${READ}`, '--bind', '127.0.0.1:0'], ORIGIN],
    ['ca install --host', ['ca', 'install', '--yes', '--host', READ], 'xn--bcher-kva.example'],
  ])('%s', async (_what, args, typed) => {
    const { code, stderr } = await run(args, { IAM_AUTH_PROXY_CONFIG_DIR: await makeDirectory(thisTest) })
    expect(code).toBe(64)
    expect(stderr).toContain(`write ${typed}`)
  })

  test('a trust file', async () => {
    const folder = await makeDirectory(thisTest)
    const file = join(folder, 'trust.json')
    await writeFile(file, JSON.stringify({ version: 1, entries: [{ origin: `http://${READ}` }] }), { mode: 0o600 })
    const { code, stderr } = await run(['--config-dir', folder, '--bind', '127.0.0.1:0'])
    expect(code).toBe(64)
    expect(stderr).toContain(`write ${ORIGIN}`)
  })

  test('the option trust of createIamFetch', () => {
    expect(() => createIamFetch({ trust: [`http://${READ}`] })).toThrow(`write ${ORIGIN}`)
  })
})

test.each([
  ['the URL', `GET http://${READ}/ HTTP/1.1\r\nHost: ${READ}`, 400, 'written like xn--bcher-kva.example in a host'],
  ['the Host', `GET ${ORIGIN}/ HTTP/1.1\r\nHost: ${READ}`, 400, 'the Host header names another host than the URL'],
  ['a CONNECT', `CONNECT ${READ}:80 HTTP/1.1\r\nHost: ${READ}:80`, 400, 'written like xn--bcher-kva.example in a host'],
  ['the Host of the proxy’s own pages', `GET / HTTP/1.1\r\nHost: ${READ}`, 421, 'This is iam-auth-proxy'],
])(
  'bytes beyond ASCII on the wire, in %s, are refused and say how it is written',
  async (_what, head, status, says) => {
    const service = await serviceAt(ORIGIN)
    const proxy = await startProxy(aws, thisTest, { args: [...way, '--trust', ORIGIN] })
    const answer = await ask(proxy, head)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toContain(says)
    expect(service.arrived).toEqual([])
  },
)

test('a look-alike of a trusted name has none of its trust, and is never shown as it', async () => {
  await serviceAt(ORIGIN)
  const genuine = await startService(aws, thisTest, { origin: ORIGIN })
  const challenge = await takeChallenge(genuine.url, ORIGIN)
  const hostile = await startHostileSite(thisTest, () => ({ status: 401, rawHeaders: challenge }))
  socks.map(`${new URL(LOOK_ALIKE_ORIGIN).host}:80`, Number(new URL(hostile.origin).port))
  const proxy = await startProxy(aws, thisTest, { args: [...way, '--trust', ORIGIN] })
  expect(await visitThrough(proxy.url, LOOK_ALIKE_ORIGIN)).toMatchObject({ status: 401 })
  expect(tally(aws)).toEqual(NOTHING)
  expect(await visitThrough(proxy.url, ORIGIN)).toMatchObject({ status: 200 })
  const page = await ask(
    proxy,
    `GET ${LOOK_ALIKE_ORIGIN}/ HTTP/1.1\r\nHost: ${new URL(LOOK_ALIKE_ORIGIN).host}\r\nUpgrade-Insecure-Requests: 1\r\nAccept: text/html`,
  )
  await until('both are noted', () => proxy.log('login not made').length === 2)
  const headers = { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
  const [status, json, pac] = await Promise.all(
    ['/', '/status.json', '/proxy.pac'].map(async (path) => (await fetch(proxy.url + path, { headers })).text()),
  )
  for (const shown of [page, status, json, proxy.stderr()]) {
    expect(shown).toContain(LOOK_ALIKE_ORIGIN.slice('http://'.length))
    for (const name of [READ, LOOK_ALIKE, encodeURI(LOOK_ALIKE)]) expect(shown).not.toContain(name)
  }
  expect(status).toContain(ORIGIN)
  expect(json).toContain(ORIGIN)
  expect(pac).toContain('"xn--bcher-kva.example"')
  expect(pac).not.toContain(new URL(LOOK_ALIKE_ORIGIN).host)
})
