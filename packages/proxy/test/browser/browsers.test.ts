import { describe, expect, test } from 'vitest'
import { findBrowser, type Machine } from '../../src/browser/browsers.js'
import { formatUserJs, launchArguments, profileFolder } from '../../src/browser/profile.js'

const PROXY = { host: '127.0.0.1', port: 8080 }

function machine(platform: NodeJS.Platform, files: readonly string[], env: Machine['env'] = {}): Machine {
  return { platform, env, home: '/home/ann', isExecutable: (file) => files.includes(file) }
}

const PATH = { PATH: 'relative:/usr/local/bin:/usr/bin' }
const WINDOWS = {
  ProgramFiles: 'C:\\Program Files',
  'ProgramFiles(x86)': 'C:\\Program Files (x86)',
  LOCALAPPDATA: 'C:\\Users\\ann\\AppData\\Local',
}

describe('finds', () => {
  test.each<[what: string, wanted: string | undefined, machine: Machine, name: string, file: string]>([
    [
      'Chromium before others',
      undefined,
      machine('linux', ['/usr/bin/firefox', '/usr/bin/chromium'], PATH),
      'chromium',
      '/usr/bin/chromium',
    ],
    ['what there is', undefined, machine('linux', ['/usr/bin/firefox-esr'], PATH), 'firefox', '/usr/bin/firefox-esr'],
    [
      'the one wanted',
      'firefox',
      machine('linux', ['/usr/bin/firefox', '/usr/bin/chromium'], PATH),
      'firefox',
      '/usr/bin/firefox',
    ],
    [
      'the first in PATH',
      'chrome',
      machine('linux', ['/usr/bin/google-chrome', '/usr/local/bin/google-chrome'], PATH),
      'chrome',
      '/usr/local/bin/google-chrome',
    ],
    ['a path', '/opt/x/firefox', machine('linux', ['/opt/x/firefox']), 'firefox', '/opt/x/firefox'],
    ['a path of a Chromium', '/opt/vivaldi', machine('linux', ['/opt/vivaldi']), 'chromium', '/opt/vivaldi'],
    [
      'an application of macOS',
      'chrome',
      machine('darwin', ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']),
      'chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    [
      'one of the user',
      undefined,
      machine('darwin', ['/home/ann/Applications/Firefox.app/Contents/MacOS/firefox']),
      'firefox',
      '/home/ann/Applications/Firefox.app/Contents/MacOS/firefox',
    ],
    [
      'Edge on Windows',
      undefined,
      machine('win32', ['C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe'], WINDOWS),
      'edge',
      'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    ],
  ])('%s', (_, wanted, on, name, file) => {
    expect(findBrowser(wanted, on)).toMatchObject({ name, file })
  })

  test.each<[what: string, wanted: string | undefined, machine: Machine]>([
    ['in an empty machine', undefined, machine('linux', [], PATH)],
    ['that is not there', 'edge', machine('linux', ['/usr/bin/chromium'], PATH)],
    ['of an unknown name', 'mosaic', machine('linux', ['/usr/bin/mosaic'], PATH)],
    ['at a wrong path', '/opt/none', machine('linux', ['/usr/bin/chromium'], PATH)],
    ['in the working directory', 'chromium', machine('linux', ['relative/chromium'], PATH)],
  ])('none %s', (_, wanted, on) => {
    expect(findBrowser(wanted, on)).toBeUndefined()
  })
})

test.each<[file: string, machine: Machine, folder: string]>([
  ['/usr/bin/chromium', machine('linux', []), '/home/ann/.local/share/iam-auth-proxy/browsers/chromium'],
  ['/usr/bin/chromium', machine('linux', [], { XDG_DATA_HOME: '/data' }), '/data/iam-auth-proxy/browsers/chromium'],
  [
    '/usr/bin/chromium',
    machine('linux', [], { XDG_DATA_HOME: 'data' }),
    '/home/ann/.local/share/iam-auth-proxy/browsers/chromium',
  ],
  ['/snap/bin/chromium', machine('linux', []), '/home/ann/snap/chromium/common/iam-auth-proxy'],
  ['/Applications/x', machine('darwin', []), '/home/ann/Library/Application Support/iam-auth-proxy/browsers/chromium'],
  ['C:\\x', machine('win32', [], WINDOWS), 'C:\\Users\\ann\\AppData\\Local\\iam-auth-proxy\\browsers\\chromium'],
])('%s keeps its profile apart from the user’s own', (file, on, folder) => {
  expect(profileFolder({ name: 'chromium', family: 'chromium', file }, on)).toBe(folder)
})

test('Chromium asks the proxy for everything, this machine’s own addresses too', () => {
  const args = launchArguments(
    { family: 'chromium' },
    { folder: '/f', proxy: PROXY, url: 'http://wiki/', more: ['--x'] },
  )
  expect(args).toEqual([
    '--user-data-dir=/f',
    '--proxy-server=http://127.0.0.1:8080',
    '--proxy-bypass-list=<-loopback>',
    '--no-first-run',
    '--no-default-browser-check',
    '--x',
    'http://wiki/',
  ])
})

test('so does Firefox, by preferences that hold for each start', () => {
  expect(launchArguments({ family: 'firefox' }, { folder: '/f', proxy: PROXY, url: 'http://wiki/', more: [] })).toEqual(
    ['-profile', '/f', 'http://wiki/'],
  )
  const text = formatUserJs({ host: '::1', port: 8080 })
  expect(text).toContain('user_pref("network.proxy.http", "::1");\n')
  expect(text).toContain('user_pref("network.proxy.allow_hijacking_localhost", true);\n')
  expect(
    text
      .trimEnd()
      .split('\n')
      .slice(1)
      .every((line) => /^user_pref\("[a-zA-Z._-]+", .+\);$/.test(line)),
  ).toBe(true)
})
