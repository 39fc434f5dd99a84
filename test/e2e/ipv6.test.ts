import { chmod, readFile, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createIamFetch } from '../../packages/proxy/src/fetch/index.js'
import { FIRST_LOGIN, NOTHING, tally } from '../support/aws-tally.js'
import { type Keeper, thisFile, thisTest } from '../support/cleanup.js'
import { startGateway } from '../support/gateway.js'
import { findProgram, isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, runProxy, startProxy } from '../support/proxy.js'
import { startService, type TestService } from '../support/service.js'
import { startSocksServer } from '../support/socks-server.js'
import { makeDirectory } from '../support/temporary-directory.js'

/** The service, the proxy and what is between them at IPv6 addresses: wherever a host goes, its brackets go. */

const forFile = thisFile()
let aws: LocalAws
const ipv6 = Object.values(networkInterfaces())
  .flat()
  .find((entry) => entry?.address === '::1')?.address
const hasCurl = !isMissing(findProgram('curl'), 'curl')

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})
beforeEach(() => aws.resetCalls())

const alice = () => aws.state.user('alice').arn

/** A port at ::1 whose connections end at this port of 127.0.0.1, asked for each connection. */
async function listenAtIpv6(to: () => number, keep: Keeper): Promise<number> {
  const open = new Set<net.Socket>()
  const server = net.createServer((client) => {
    const behind = net.connect(to(), '127.0.0.1')
    for (const [from, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      open.add(from.on('error', () => other.destroy()).on('close', () => open.delete(from)))
      from.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  keep(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return (server.address() as net.AddressInfo).port
}

/** Known to itself by its IPv6 origin only. */
async function startServiceAtIpv6(): Promise<TestService & { readonly origin: string; readonly authority: string }> {
  let behind = 0
  const authority = `[::1]:${await listenAtIpv6(() => behind, thisTest)}`
  const service = await startService(aws, thisTest, { origin: `http://${authority}` })
  behind = service.port
  return { ...service, origin: `http://${authority}`, authority }
}

/** A proxy that listens at ::1. */
async function startProxyAtIpv6(args: readonly string[]) {
  const { port, ...proxy } = await startProxy(aws, thisTest, { args: ['--bind', '[::1]:0', ...args] })
  return { ...proxy, address: `[::1]:${port}`, url: `http://[::1]:${port}` }
}

async function run(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const running = runProxy(args, { ...cleanEnvironment(aws, keysOf(aws, 'alice')), ...more }, thisTest)
  return { code: await running.ended, stdout: running.stdout(), stderr: running.stderr() }
}

async function askAt(port: number, host: string, head: string): Promise<string> {
  const socket = net.connect(port, host)
  thisTest(() => socket.destroy())
  socket.write(`${head}\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

const get = (proxyUrl: string, { origin, authority }: { origin: string; authority: string }) =>
  askAt(Number(new URL(proxyUrl).port), '::1', `GET ${origin}/ HTTP/1.1\r\nHost: ${authority}\r\nConnection: close`)

describe.skipIf(isMissing(ipv6, '::1, an IPv6 loopback address'))('an IPv6 literal', () => {
  test('is trusted, listed and removed by its origin', async () => {
    const folder = await makeDirectory(thisTest)
    const env = { IAM_AUTH_PROXY_CONFIG_DIR: folder }
    const key = aws.state.key().arn
    const added = await run(['trust', 'add', 'http://[::1]:8000', '--key', key, '--yes'], env)
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('http://[::1]:8000 is trusted') })
    expect((await run(['trust', 'list'], env)).stdout).toContain('http://[::1]:8000')
    const other = await run(['trust', 'add', 'http://[0:0::1]:8000', '--key', key, '--yes'], env)
    expect(other).toMatchObject({ code: 64, stderr: expect.stringContaining('write http://[::1]:8000') })
    expect(await run(['trust', 'remove', 'http://[::1]:8000'], env)).toMatchObject({ code: 0 })
    expect((await run(['ca', 'install', '--yes', '--host', '[::1]'], env)).stderr).toContain('an IP address')
  })

  test('is reached, logged in to and shown by a proxy that listens at one', async () => {
    const service = await startServiceAtIpv6()
    const proxy = await startProxyAtIpv6(['--trust', service.origin])
    expect(await get(proxy.url, service)).toContain(alice())
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    const headers = { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
    const page = await (await fetch(`${proxy.url}/`, { headers })).text()
    expect(page).toContain(service.origin)
    expect(page).toContain(proxy.address)
    const pac = await (await fetch(`${proxy.url}/proxy.pac`)).text()
    expect(pac).toContain(`"PROXY ${proxy.address}"`)
    expect(pac).toContain(`"${service.authority}"`)
    const status = await run(['status', '--proxy', proxy.address])
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining(`${service.origin}: working`) })
  })

  test('is reached in a tunnel, and refused where nobody trusts it', async () => {
    const service = await startServiceAtIpv6()
    const proxy = await startProxyAtIpv6(['--trust', service.origin])
    const { port } = new URL(proxy.url)
    const inside = `GET / HTTP/1.1\r\nHost: ${service.authority}\r\nConnection: close`
    const connect = `CONNECT ${service.authority} HTTP/1.1\r\nHost: ${service.authority}`
    expect(await askAt(Number(port), '::1', `${connect}\r\n\r\n${inside}`)).toContain(alice())
    const strict = await startProxyAtIpv6([])
    const refused = await get(strict.url, service)
    expect(refused).toMatch(/^HTTP\/1\.1 403 /)
    expect(refused).toContain(`trust add '${service.origin}'`)
  })

  test('is a site of the gateway', async () => {
    const service = await startServiceAtIpv6()
    const gateway = await startGateway(aws, [service.origin], thisTest, ['--trust', service.origin])
    const { host, port } = new URL(gateway.originOf(service.origin))
    const head = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close`
    expect(await askAt(Number(port), '127.0.0.1', head)).toContain(alice())
    expect(await askAt(Number(port), '::1', head)).toContain(alice())
  })

  test('is a service of a program’s own fetch', async () => {
    const { origin } = await startServiceAtIpv6()
    const before = process.env['AWS_ENDPOINT_URL']
    process.env['AWS_ENDPOINT_URL'] = aws.endpoint
    thisTest(() => {
      if (before === undefined) delete process.env['AWS_ENDPOINT_URL']
      else process.env['AWS_ENDPOINT_URL'] = before
    })
    const credentials = async () => keysOf(aws, 'alice')
    const iamFetch = createIamFetch({ credentials, region: aws.region, trust: [origin], onlyTrusted: true })
    expect(await (await iamFetch(`${origin}/`)).text()).toBe(`${alice()}\n`)
  })

  test('is reached behind a bastion at another one', async () => {
    const service = await startServiceAtIpv6()
    const socks = await startSocksServer(thisTest)
    socks.map(service.authority, service.port)
    const bastion = await listenAtIpv6(() => socks.port, thisTest)
    const proxy = await startProxyAtIpv6(['--trust', service.origin, '--socks-proxy', `[::1]:${bastion}`])
    expect(await get(proxy.url, service)).toContain(alice())
    expect(new Set(socks.asked)).toEqual(new Set([service.authority]))
    const down = await startProxyAtIpv6(['--socks-proxy', '[::1]:9'])
    const refused = await askAt(
      Number(new URL(down.url).port),
      '::1',
      `CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443`,
    )
    expect(refused).toContain('The SOCKS proxy at [::1]:9 does not answer')
    expect(refused).toContain('ssh -n -D [::1]:9 BASTION')
  })

  test.skipIf(!hasCurl)('is asked through the proxy by exec where it is trusted, and else directly', async () => {
    const service = await startServiceAtIpv6()
    const command = ['exec', '--', 'curl', '-sS', '-o', '-', '-w', ' %{http_code}', `${service.origin}/`]
    const trusted = await run(['--trust', service.origin, ...command])
    expect(trusted.stdout).toBe(`${alice()}\n 200`)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    aws.resetCalls()
    expect((await run(command)).stdout).toMatch(/ 401$/)
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('is what open opens, through a proxy at another', async () => {
    const folder = await makeDirectory(thisTest)
    const [browser, noted] = [join(folder, 'chromium'), join(folder, 'arguments')]
    await writeFile(browser, `#!/bin/sh\nprintf '%s\\n' "$@" > '${noted}'\n`)
    await chmod(browser, 0o755)
    const proxy = await startProxyAtIpv6([])
    const args = ['open', '[::1]:8000/page', '--browser', browser, '--proxy', proxy.address]
    expect(await run(args, { XDG_DATA_HOME: folder })).toMatchObject({ code: 0, stderr: '' })
    const lines = (await readFile(noted, 'utf8')).trim().split('\n')
    expect(lines).toContain('http://[::1]:8000/page')
    expect(lines).toContain(`--proxy-server=http://${proxy.address}`)
  })
})
