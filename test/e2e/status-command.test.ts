import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, describe, expect, test } from 'vitest'
import { thisFile, thisTest } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { cleanEnvironment, runProxy, startProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { makeDirectory } from '../support/temporary-directory.js'

const forFile = thisFile()
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})

async function run(...args: readonly string[]) {
  const running = runProxy(args, cleanEnvironment(aws), thisTest)
  return { code: await running.ended, stdout: running.stdout(), stderr: running.stderr() }
}

/** Something that is no proxy of ours. */
async function startOther(body: string): Promise<number> {
  const server = createServer((_, response) => response.end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  thisTest(() => server.close())
  return (server.address() as AddressInfo).port
}

describe('iam-auth-proxy status', () => {
  test('says what the page says: who, which services, what was refused and what to do', async () => {
    const proxy = await startProxy(aws, thisTest)
    const service = await startService(aws, thisTest)
    const refusing = await startService(aws, thisTest, {
      allow: { users: ['arn:aws:iam::123456789012:user/somebody'] },
    })
    await curl(proxy.url, [service.url], thisTest)
    await curl(proxy.url, [refusing.url], thisTest)
    const { code, stdout, stderr } = await run('status', '--proxy', `127.0.0.1:${proxy.port}`)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^iam-auth-proxy \d+\.\d+\.\d+ at 127\.0\.0\.1:\d+, running for less than a minute: working\n/,
    )
    expect(stdout).toContain(`you      ${aws.state.user('alice').arn}`)
    expect(stdout).toContain(`${service.url}: working just now, logged in just now with version 2`)
    expect(stdout).toContain(`${refusing.url}: login not made just now`)
    expect(stdout).toContain('with another --profile')
    expect(stdout).toContain(`PAC      ${proxy.url}/proxy.pac`)
  })

  test('--json is /status.json', async () => {
    const proxy = await startProxy(aws, thisTest)
    const { code, stdout } = await run('--bind', `127.0.0.1:${proxy.port}`, 'status', '--json')
    expect(code).toBe(0)
    const page = (await (await fetch(`${proxy.url}/status.json`)).json()) as object
    expect(JSON.parse(stdout)).toEqual({ ...page, now: expect.any(String) })
  })

  test('where none runs, ends with 1 and says how to start one', async () => {
    const port = await startOther('')
    const { code, stdout, stderr } = await run('status', '--proxy', '127.0.0.1:1')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/no proxy answers at 127\.0\.0\.1:1\b[\s\S]*iam-auth-proxy\n[\s\S]*--proxy HOST:PORT/)
    const other = await run('status', '--proxy', `127.0.0.1:${port}`)
    expect(other.code).toBe(1)
    expect(other.stderr).toContain('is no iam-auth-proxy')
  })

  test('asks with the proxy’s password, and says so where it needs one', async () => {
    const file = join(await makeDirectory(thisTest), 'auth')
    await writeFile(file, 'me:a-password-of-the-proxy', { mode: 0o600 })
    const proxy = await startProxy(aws, thisTest, { args: ['--proxy-auth-file', file] })
    const at = ['status', '--proxy', `127.0.0.1:${proxy.port}`]
    const refused = await run(...at)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('wants its user and password: --proxy-auth-file FILE')
    expect((await run(...at, '--proxy-auth-file', file)).code).toBe(0)
  })

  test('gives the terminal no orders, whatever it is told', async () => {
    const evil = '\u001b]0;title\u0007\u009b31m'
    const note = { at: '', code: '', message: evil, hint: evil }
    const port = await startOther(
      JSON.stringify({
        version: evil,
        address: evil,
        problem: note,
        identity: { arn: evil, source: evil, expiresAt: null },
        route: { kind: 'socks', address: evil },
        authority: { state: 'installed', names: [evil], expiresAt: evil, todo: evil },
        pacUrl: evil,
        trust: { entries: [] },
        services: [{ origin: evil, state: 'refused', reason: note, login: null }],
        events: [{ ...note, kind: 'refusal', target: evil, count: 1 }],
        elsewhere: [],
      }),
    )
    const { code, stdout } = await run('status', '--proxy', `127.0.0.1:${port}`)
    expect(code).toBe(0)
    expect(stdout).toContain('?]0;title??31m')
    expect(stdout).not.toMatch(/[^\n\x20-\x7e]/)
  })

  test('a wrong address is a wrong command line', async () => {
    const { code, stderr } = await run('status', '--proxy', 'nowhere')
    expect(code).toBe(64)
    expect(stderr).toContain('--proxy: write it as host:port')
  })
})
