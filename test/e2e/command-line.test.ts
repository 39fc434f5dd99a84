import { writeFile } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { findProgram, isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, runProxy, startProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { openThrough } from '../support/streaming.js'
import { makeDirectory } from '../support/temporary-directory.js'

const forFile = thisFile()
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})
beforeEach(() => aws.resetCalls())

/** Runs the command line to its end. */
async function runToEnd(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const running = runProxy(args, { ...cleanEnvironment(aws, keysOf(aws, 'alice')), ...env }, thisTest)
  const exitCode = await running.ended
  return { exitCode, stdout: running.stdout(), stderr: running.stderr() }
}

async function fileWith(text: string): Promise<string> {
  const file = join(await makeDirectory(thisTest), 'auth')
  await writeFile(file, text, { mode: 0o600 })
  return file
}

describe('the command line', () => {
  test('says the address it listens on, in words or as JSON, and which AWS it asks', async () => {
    const env = cleanEnvironment(aws, keysOf(aws, 'alice'))
    const inWords = runProxy(['--bind', '127.0.0.1:0'], env, thisTest)
    await inWords.says(/^iam-auth-proxy listening on http:\/\/127\.0\.0\.1:[1-9]\d*$/m, 30_000)
    await inWords.says(new RegExp(`AWS_ENDPOINT_URL is in force: AWS calls go to ${aws.endpoint}`))
    expect(inWords.stdout()).toBe('')
    const asJson = await startProxy(aws, thisTest)
    expect(asJson.log('listening')).toMatchObject([{ level: 'info', address: `127.0.0.1:${asJson.port}` }])
    for (const line of asJson.stderr().trim().split('\n')) expect(() => JSON.parse(line), line).not.toThrow()
  })

  test('--print-config shows what is in force, and no secret', async () => {
    const file = await fileWith('me:a-password-of-the-proxy\n')
    const role = `arn:aws:iam::123456789012:role/developer`
    const { exitCode, stdout, stderr } = await runToEnd([
      ...['--print-config', '--proxy-auth-file', file, '--assume-role-arn', role],
      ...[
        '--socks-proxy',
        'someone:a-socks-password@127.0.0.1:1080',
        '--trust',
        'http://old.example.com,protocol=1,plain-http',
      ],
      ...['--mfa-serial-number', 'arn:aws:iam::123456789012:mfa/alice', '--mfa-token-code', '987654'],
    ])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ bind: '127.0.0.1:8080', trust: [{ origin: 'http://old.example.com' }] })
    const secrets = ['a-password-of-the-proxy', 'a-socks-password', '987654', keysOf(aws, 'alice').secretAccessKey]
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret)
  })

  test.each<[name: string, args: readonly string[], exitCode: number, says: RegExp]>([
    ['every interface without a password', ['--bind', '0.0.0.0:0'], 64, /other machines could log in as you/],
    ['a password file that is not there', ['--proxy-auth-file', '/nonexistent'], 64, /--proxy-auth-file: .*ENOENT/],
    ['an unknown flag', ['--bnid', 'x'], 64, /unknown option '--bnid'[\s\S]*--help/],
    ['two problems at once', ['--bind', 'x', '--trust', 'wiki.example.com'], 64, /--bind[\s\S]*--trust/],
    ['an address that is not ours', ['--proxy-auth-file', '@', '--bind', '192.0.2.1:0'], 1, /no address 192\.0\.2\.1/],
  ])('does not start with %s, and says why', async (_name, args, exitCode, says) => {
    const file = await fileWith('me:a-password-of-the-proxy')
    const result = await runToEnd(args.map((arg) => (arg === '@' ? file : arg)))
    expect(result.exitCode).toBe(exitCode)
    expect(result.stderr).toMatch(says)
    expect(result.stderr).not.toMatch(/^\s+at /m)
  })

  test('does not start with an empty password file: it would be open to everybody on this machine', async () => {
    const { exitCode, stderr } = await runToEnd(['--bind', '127.0.0.1:0', '--proxy-auth-file', await fileWith('')])
    expect(exitCode).toBe(64)
    expect(stderr).toContain('--proxy-auth-file: must be user:password')
  })

  test('a port in use is named, with what to do', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1')
    thisTest(() => taken.close())
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as net.AddressInfo
    const { exitCode, stderr } = await runToEnd(['--bind', `127.0.0.1:${port}`])
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`the address 127.0.0.1:${port} is in use`)
    expect(stderr).toContain('--bind')
  })
})

describe('a signal to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s lets a request in flight finish, takes no more, and exits 0',
    async (signal) => {
      const proxy = await startProxy(aws, thisTest)
      const service = await startService(aws, thisTest)
      const answer = await openThrough(proxy, `${service.url}/slow`, thisTest)
      await answer.readTo('.')
      const ended = proxy.stop(signal)
      const refused = () =>
        new Promise<boolean>((resolve) => {
          const socket = net.connect(proxy.port, '127.0.0.1')
          socket.on('error', () => resolve(true)).on('connect', () => resolve(socket.destroy() && false))
        })
      while (!(await refused()));
      service.emit('the rest')
      service.closeStreams()
      expect(await answer.whole).toBe('.the rest')
      expect(await ended).toBe(0)
    },
  )
})

describe.skipIf(isMissing(findProgram('curl'), 'curl'))('--proxy-auth-file', () => {
  test('asks every client for the password, and passes it on to nobody', async () => {
    const service = await startService(aws, thisTest)
    const file = await fileWith('me:a-password-of-the-proxy\n')
    const proxy = await startProxy(aws, thisTest, { args: ['--allow-loopback', '--proxy-auth-file', file] })
    for (const credentials of [[], ['-U', 'me:wrong-password'], ['-U', 'you:a-password-of-the-proxy']]) {
      const answer = await curl(proxy.url, [...credentials, service.url], thisTest)
      expect(answer.status).toBe(407)
      expect(answer.header('proxy-authenticate')).toMatch(/^Basic realm=/)
    }
    expect(service.arrived).toEqual([])
    expect(tally(aws)).toEqual({})
    const answer = await curl(proxy.url, ['-U', 'me:a-password-of-the-proxy', `${service.url}/echo`], thisTest)
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('proxy-authorization')
    expect(proxy.output()).not.toContain('a-password-of-the-proxy')
  })
})

describe.skipIf(isMissing(findProgram('curl'), 'curl'))('one proxy and two services', () => {
  test('have a login each, ask once who the person is, and never see each other’s session', async () => {
    const proxy = await startProxy(aws, thisTest)
    const [wiki, board] = [await startService(aws, thisTest), await startService(aws, thisTest)]
    const fetchEcho = async (url: string) => {
      const { status, text } = await curl(proxy.url, [`${url}/echo`], thisTest)
      return { status, cookie: (JSON.parse(text) as { headers: { cookie?: string } }).headers.cookie ?? '' }
    }
    const first = await Promise.all([fetchEcho(wiki.url), fetchEcho(board.url)])
    expect(first.map(({ status }) => status)).toEqual([200, 200])
    expect(first[0]?.cookie).toMatch(/^iam_auth=/)
    expect(first[0]?.cookie).not.toBe(first[1]?.cookie)
    expect(tally(aws)).toEqual({ Encrypt: 2, Decrypt: 2, GetCallerIdentity: 3 })
    expect(await fetchEcho(wiki.url)).toEqual(first[0])
    expect(await fetchEcho(board.url)).toEqual(first[1])
    expect(tally(aws)).toEqual({ Encrypt: 2, Decrypt: 2, GetCallerIdentity: 3 })
  })

  test('a service of this machine is out of reach unless it is trusted, whatever its spelling', async () => {
    const service = await startService(aws, thisTest)
    const proxy = await startProxy(aws, thisTest, { args: ['--trust', service.url] })
    expect((await curl(proxy.url, [service.url], thisTest)).status).toBe(200)
    const other = await startService(aws, thisTest)
    for (const host of ['127.0.0.1', 'localhost', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', '0.0.0.0']) {
      expect((await curl(proxy.url, [`http://${host}:${other.port}/`], thisTest)).status, host).toBe(403)
    }
    expect(other.arrived).toEqual([])
  })
})
