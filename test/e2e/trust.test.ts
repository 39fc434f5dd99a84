import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startOriginalServer } from '../interop/original/original-server.js'
import { FIRST_LOGIN, NOTHING, tally } from '../support/aws-tally.js'
import { chromiumPath, newVisitor, startBrowser } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { findProgram, isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, runProxy, startProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { startSocksServer } from '../support/socks-server.js'
import { makeDirectory } from '../support/temporary-directory.js'
import { runOnTerminal, scriptPath } from '../support/terminal.js'

/** What a user trusts, kept in a file: added on a real terminal, followed by a proxy that runs. */

const forFile = thisFile()
let aws: LocalAws

/** What a browser that sends no Sec-Fetch sends for a page. */
const asPage = ['-A', 'Mozilla/5.0', '-H', 'Upgrade-Insecure-Requests: 1', '-H', 'Accept: text/html,*/*']

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})
beforeEach(() => aws.resetCalls())

/** A user with a configuration of their own. */
async function newUser() {
  const folder = await makeDirectory(thisTest)
  const env = { IAM_AUTH_PROXY_CONFIG_DIR: folder }
  const whole = { ...cleanEnvironment(aws, keysOf(aws, 'alice')), ...env }
  return {
    file: join(folder, 'trust.json'),
    /** `iam-auth-proxy trust …` without a terminal, to its end. */
    async trust(...args: string[]) {
      const running = runProxy(['trust', ...args], whole, thisTest)
      return { exitCode: await running.ended, stdout: running.stdout(), stderr: running.stderr() }
    },
    onTerminal: (...args: string[]) => runOnTerminal(['trust', ...args], whole, thisTest),
    proxy: (...args: string[]) => startProxy(aws, thisTest, { args, env }),
    /** A proxy that is not expected to start. */
    async start(...args: string[]) {
      const running = runProxy(['--bind', '127.0.0.1:0', ...args], whole, thisTest)
      return { exitCode: await running.ended, stderr: running.stderr() }
    },
  }
}

const otherKey = () => aws.state.key().arn.replace(/[0-9a-f]{12}$/, '0123456789ab')

describe.skipIf(isMissing(findProgram('curl'), 'curl'))('what is trusted', () => {
  describe.skipIf(isMissing(scriptPath, 'script(1) of util-linux'))('trust add on a terminal', () => {
    test('shows account and key, asks, pins, and a proxy that runs takes it', async () => {
      const { url } = await startService(aws, thisTest)
      const user = await newUser()
      const proxy = await user.proxy()
      const before = await curl(proxy.url, [url], thisTest)
      expect(before.status).toBe(403)
      expect(before.text).toContain(`iam-auth-proxy trust add ${url}`)
      const adding = await user.onTerminal('add', url)
      await adding.says(/Trust it\? \[y\/N\] /, 30_000)
      for (const text of [url, aws.state.account().id, aws.state.key().arn]) expect(adding.output()).toContain(text)
      expect(tally(aws)).toEqual(NOTHING)
      adding.type('y\r')
      expect(await adding.ended).toBe(0)
      expect(((await stat(user.file)).mode & 0o777).toString(8)).toBe('600')
      expect(JSON.parse(await readFile(user.file, 'utf8'))).toMatchObject({
        version: 1,
        entries: [{ origin: url, key: aws.state.key().arn }],
      })
      expect((await curl(proxy.url, [url], thisTest)).text).toBe(`${aws.state.user('alice').arn}\n`)
      expect(tally(aws)).toEqual(FIRST_LOGIN)
    })

    test.each<[what: string, typed: string, ends: number]>([
      ['no', 'n\r', 1],
      ['only Enter', '\r', 1],
      ['Ctrl-D', '\u0004', 1],
      ['Ctrl-C', '\u0003', 130],
    ])('changes nothing after %s', async (_what, typed, ends) => {
      const { url } = await startService(aws, thisTest)
      const user = await newUser()
      const adding = await user.onTerminal('add', url)
      await adding.says(/Trust it\?/, 30_000)
      adding.type(typed)
      expect(await adding.ended).toBe(ends)
      await expect(stat(user.file)).rejects.toThrow('ENOENT')
    })

    test('asks the service through a SOCKS proxy', async () => {
      const socks = await startSocksServer(thisTest)
      const user = await newUser()
      const origin = 'http://wiki.example.test'
      const service = await startService(aws, thisTest, { origin })
      socks.map('wiki.example.test:80', service.port)
      const adding = await user.onTerminal('add', origin, '--socks-proxy', `127.0.0.1:${socks.port}`)
      await adding.says(/Trust it\?/, 30_000)
      expect(adding.output()).toContain('compare the key')
      adding.type('yes\r')
      expect(await adding.ended).toBe(0)
      expect(socks.asked).toEqual(['wiki.example.test:80'])
    })

    test('of a key that is not the pinned one is an error and no question', async () => {
      const { url } = await startService(aws, thisTest)
      const user = await newUser()
      expect((await user.trust('add', url, '--key', otherKey(), '--yes')).exitCode).toBe(0)
      const adding = await user.onTerminal('add', url)
      expect(await adding.ended).toBe(1)
      expect(adding.output()).toMatch(/THE KEY OF THIS SERVICE HAS CHANGED/)
      expect(adding.output()).not.toContain('Trust it?')
    })
  })

  test('trust add without a terminal fails at once, and says what to pass', async () => {
    const { url, arrived } = await startService(aws, thisTest)
    const user = await newUser()
    const { exitCode, stderr } = await user.trust('add', url)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('--yes together with --key')
    expect((await user.trust('add', url, '--yes')).exitCode).toBe(64)
    expect(arrived).toEqual([])
  })

  test('a pinned key that has changed: no call to AWS, a log line and a page with both keys and the way out', async () => {
    const { url } = await startService(aws, thisTest)
    const user = await newUser()
    const pinned = otherKey()
    await user.trust('add', url, '--key', pinned, '--yes')
    const proxy = await user.proxy()
    expect((await curl(proxy.url, [url], thisTest)).status).toBe(401)
    expect(proxy.log('login not made')).toMatchObject([{ code: 'ERR_IAM_KEY_PIN', origin: url }])
    const page = await curl(proxy.url, [...asPage, url], thisTest)
    expect(page.status).toBe(403)
    for (const text of [pinned, aws.state.key().arn, user.file, `iam-auth-proxy trust remove ${url}`]) {
      expect(page.text).toContain(text)
    }
    expect(tally(aws)).toEqual(NOTHING)
    expect((await user.trust('remove', url)).stdout).toBe(`${url} is removed.\n`)
    await user.trust('add', url, '--key', aws.state.key().arn, '--yes')
    expect((await curl(proxy.url, [url], thisTest)).status).toBe(200)
  })

  test('version 1 for an original server, added while the proxy runs', async () => {
    const server = await startOriginalServer({
      ...{ endpoint: aws.endpoint, region: aws.region, kmsKeyArn: aws.state.key().arn, salt: 'pepper' },
      ...{ account: aws.state.account().id, credentials: keysOf(aws, 'server') },
    })
    thisTest(() => server.close())
    const user = await newUser()
    const proxy = await user.proxy('--allow-loopback')
    const page = await curl(proxy.url, [...asPage, server.origin], thisTest)
    const [, command = ''] = /<pre>iam-auth-proxy trust (.*?)<\/pre>/.exec(page.text) ?? []
    expect(command).toBe(`add ${server.origin} --protocol 1`)
    expect(tally(aws)).toEqual(NOTHING)
    await user.trust(...command.split(' '), '--key', aws.state.key().arn, '--yes')
    expect((await curl(proxy.url, [server.origin], thisTest)).text).toContain(aws.state.user('alice').arn)
    expect(proxy.log('trusted for version 1: it may get live AWS credentials of yours')).toMatchObject([
      { origin: server.origin },
    ])
  })

  test('--only-trusted forwards requests and tunnels to trusted origins alone, as of now', async () => {
    const [wiki, other] = [await startService(aws, thisTest), await startService(aws, thisTest)]
    const user = await newUser()
    const proxy = await user.proxy('--only-trusted', '--allow-loopback')
    const statuses = async (url: string) => [
      (await curl(proxy.url, [url], thisTest)).status,
      (await curl(proxy.url, ['--proxytunnel', `${url}/public`], thisTest)).statuses[0],
    ]
    expect(await statuses(wiki.url)).toEqual([403, 403])
    await user.trust('add', wiki.url, '--key', aws.state.key().arn, '--yes')
    expect(await statuses(wiki.url)).toEqual([200, 200])
    expect(await statuses(other.url)).toEqual([403, 403])
    expect(other.arrived).toEqual([])
    await user.trust('remove', wiki.url)
    expect(await statuses(wiki.url)).toEqual([403, 403])
    const refused = await curl(proxy.url, [other.url], thisTest)
    expect(refused.text).toContain(`iam-auth-proxy trust add ${other.url}`)
  })

  test('a file that goes bad under a running proxy stops logins, and the log has the command that repairs it', async () => {
    const { url } = await startService(aws, thisTest)
    const user = await newUser()
    await user.trust('add', url, '--key', aws.state.key().arn, '--yes')
    const proxy = await user.proxy('--allow-loopback')
    await chmod(user.file, 0o666)
    const page = await curl(proxy.url, [...asPage, url], thisTest)
    expect(page.status).toBe(503)
    expect(page.text).toContain('iam-auth-proxy trust list')
    expect(page.text).not.toContain(user.file)
    expect(proxy.log('trust cannot be read: nothing is trusted until it can')).toMatchObject([
      { problem: expect.stringContaining(`chmod 600 ${user.file}`) },
    ])
    expect(tally(aws)).toEqual(NOTHING)
    await chmod(user.file, 0o600)
    expect((await curl(proxy.url, [url], thisTest)).status).toBe(200)
  })

  test.each<[what: string, text: string, mode: number, says: RegExp]>([
    ['a file that others may read', '{"version":1,"entries":[]}', 0o644, /chmod 600 \S*trust\.json/],
    ['a file that is cut off', '{"version":1,"entries":[', 0o600, /trust\.json: is not JSON/],
    [
      'a bad entry',
      '{"version":1,"entries":[{"origin":"wiki"}]}',
      0o600,
      /trust\.json: entry 1 \("wiki"\): .*not an origin/,
    ],
  ])('the proxy does not start with %s, and says what to do', async (_what, text, mode, says) => {
    const user = await newUser()
    await writeFile(user.file, text)
    await chmod(user.file, mode)
    const { exitCode, stderr } = await user.start()
    expect(exitCode).toBe(64)
    expect(stderr).toMatch(says)
    expect((await user.trust('list')).exitCode).toBe(64)
    expect(await readFile(user.file, 'utf8')).toBe(text)
  })

  test('the proxy does not start where flag and file pin different keys: it names both', async () => {
    const user = await newUser()
    const origin = 'https://wiki.example.com'
    await user.trust('add', origin, '--key', aws.state.key().arn, '--yes')
    const { exitCode, stderr } = await user.start('--trust', `${origin},key=${otherKey()}`)
    expect(exitCode).toBe(64)
    for (const text of [`${otherKey()} by --trust`, `${aws.state.key().arn} in ${user.file}`]) {
      expect(stderr).toContain(text)
    }
  })

  test('trust list says what is in force, for people and for programs', async () => {
    const user = await newUser()
    await user.trust('add', 'https://*.corp.example.com', '--key-account', '123456789012', '--yes')
    const text = await user.trust('list')
    expect(text).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('keys of account 123456789012 only') })
    expect(JSON.parse((await user.trust('list', '--json')).stdout)).toMatchObject({
      entries: [{ suffix: 'https://*.corp.example.com', keyAccount: '123456789012', source: 'user', inForce: true }],
    })
  })
})

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('the page that says that a key has changed', () => {
  test('cannot be read by a page of the service that opened it in a window', async () => {
    const { url } = await startService(aws, thisTest)
    const user = await newUser()
    await user.trust('add', url, '--key', otherKey(), '--yes')
    const browser = await startBrowser(await user.proxy(), thisTest)
    const page = await (await newVisitor(browser, thisTest)).open()
    await page.goto(`${url}/public`)
    const opened = page.waitForEvent('popup')
    await page.evaluate(`window.opened = window.open('/')`)
    const popup = await opened
    await popup.locator('footer', { hasText: 'ERR_IAM_KEY_PIN' }).waitFor()
    const read = `(() => { try { return window.opened.document.body.innerText } catch (error) { return error.name } })()`
    expect(await page.evaluate(read)).toBe('SecurityError')
  })
})
