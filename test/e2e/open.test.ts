import { readdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { freePort } from '../support/ports.js'
import { isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, runProxy, startProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { makeDirectory } from '../support/temporary-directory.js'
import { until } from '../support/until.js'

const forFile = thisFile()
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})

/** What a browser needs where it runs as root and nobody looks. `--dump-dom` has it end once the page is there. */
const UNSEEN = ['--headless', '--no-sandbox', '--disable-gpu', '--dump-dom', '--virtual-time-budget=2000']

async function open(...args: readonly string[]) {
  return run(['open', ...args])
}

async function run(args: readonly string[]) {
  const home = await makeDirectory(thisTest)
  // A browser that runs by itself ends once it has shown its page; before that its folder is no empty one.
  thisTest(() => until('the browser has ended', () => !isInUse(home), 20_000))
  const env = { ...cleanEnvironment(aws, keysOf(aws, 'alice')), XDG_DATA_HOME: home }
  return { home, running: runProxy(args, env, thisTest) }
}

/** Whether a process has this folder among its arguments. */
function isInUse(folder: string): boolean {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return processes.some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
    } catch {
      return false
    }
  })
}

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('iam-auth-proxy open', () => {
  const browser = chromiumPath ?? ''

  test('opens a page in a browser of its own through the proxy that runs, on loopback too, and logs in', async () => {
    const proxy = await startProxy(aws, thisTest)
    const service = await startService(aws, thisTest)
    const at = `127.0.0.1:${proxy.port}`
    const { home, running } = await open(`${service.url}/page`, '--browser', browser, '--proxy', at, '--', ...UNSEEN)
    expect(await running.ended, running.output()).toBe(0)
    expect(running.stdout()).toBe(`chromium is open, through the proxy at ${at}.\n`)
    await until('the page is opened', () => service.seen.includes('GET /page'), 20_000)
    expect(proxy.log('login answered')).toMatchObject([{ origin: service.url }])
    expect(await readdir(join(home, 'iam-auth-proxy', 'browsers', 'chromium'))).toContain('Local State')
  })

  test('where none runs, starts one with the options given, until the browser is closed', async () => {
    const service = await startService(aws, thisTest)
    const address = service.url.replace('http://', '')
    const before = ['--bind', `127.0.0.1:${await freePort()}`, '--trust', service.url]
    const { running } = await run([...before, 'open', '--browser', browser, address, '--', ...UNSEEN])
    await running.says(/The proxy ends when you close it/, 30_000)
    expect(await running.ended, running.output()).toBe(0)
    expect(service.seen).toContain('GET /')
  })

  test.each<[args: readonly string[], says: RegExp]>([
    [['http://wiki.internal', '--proxy', '127.0.0.1:1'], /no proxy answers at 127\.0\.0\.1:1/],
    [['file:///etc/passwd'], /no address of a website/],
    [['javascript:alert(1)'], /no address of a website/],
    [['http://wiki.internal', '--browser', 'mosaic'], /no browser mosaic: one of chromium, /],
    [['http://wiki.internal', '--browser', '/opt/none/firefox'], /no browser \/opt\/none\/firefox/],
  ])('with %j says why it cannot', async (args, says) => {
    const { running } = await open(...args)
    expect([await running.ended, running.stdout()]).toEqual([1, ''])
    expect(running.stderr()).toMatch(says)
  })

  test('says so where the browser ends at once', async () => {
    const proxy = await startProxy(aws, thisTest)
    const at = ['--proxy', `127.0.0.1:${proxy.port}`, '--browser', '/bin/false']
    const { running } = await open('http://wiki.internal', ...at)
    expect([await running.ended, running.stdout()]).toEqual([1, ''])
    expect(running.stderr()).toMatch(/ended at once \(1\)[\s\S]*\/bin\/false '--user-data-dir=/)
  })
})
