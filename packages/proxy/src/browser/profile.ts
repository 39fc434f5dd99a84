import { isAbsolute, join, posix, win32 } from 'node:path'
import type { HostPort } from '../config/config.js'
import { formatHostPort } from '../config/host-port.js'
import type { Browser, Machine } from './browsers.js'

const FOLDER = 'iam-auth-proxy'

/**
 * Where a browser keeps the profile that goes through the proxy, apart from the user's own. A snap may not write into hidden
 * folders of the home directory, only into its own.
 */
export function profileFolder({ name, file }: Browser, machine: Pick<Machine, 'platform' | 'env' | 'home'>): string {
  const { platform, env, home } = machine
  const leaf = ['browsers', name]
  if (platform === 'win32') {
    return win32.join(env['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), FOLDER, ...leaf)
  }
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', FOLDER, ...leaf)
  const [, snap] = /^\/snap\/bin\/([^/]+)$/.exec(file) ?? []
  if (snap !== undefined) return join(home, 'snap', snap, 'common', FOLDER)
  const xdg = env['XDG_DATA_HOME']
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), FOLDER, ...leaf)
}

/** How a browser is started so that all it asks for, this machine's own addresses too, goes through the proxy. */
export function launchArguments(
  { family }: Pick<Browser, 'family'>,
  { folder, proxy, url, more }: { folder: string; proxy: HostPort; url: string; more: readonly string[] },
): string[] {
  // Without `-no-remote`: one that is open with this profile, and no other, takes the address from a second one.
  if (family === 'firefox') return ['-profile', folder, ...more, url]
  return [
    `--user-data-dir=${folder}`,
    `--proxy-server=http://${formatHostPort(proxy)}`,
    // Chromium goes past proxies to loopback addresses; this takes the exception back.
    '--proxy-bypass-list=<-loopback>',
    '--no-first-run',
    '--no-default-browser-check',
    ...more,
    url,
  ]
}

/** Firefox's `user.js`: preferences that hold for each start of the profile. */
export function formatUserJs({ host, port }: HostPort): string {
  const preferences: Record<string, string | number | boolean> = {
    'network.proxy.type': 1,
    'network.proxy.http': host,
    'network.proxy.http_port': port,
    'network.proxy.ssl': host,
    'network.proxy.ssl_port': port,
    'network.proxy.no_proxies_on': '',
    'network.proxy.allow_hijacking_localhost': true,
    // Where the system keeps what its user trusts (macOS, Windows) that is the authority's place.
    'security.enterprise_roots.enabled': true,
    // What it asks of its own accord to know whether there is an Internet: through us that says nothing.
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.aboutwelcome.enabled': false,
    'browser.preonboarding.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
  }
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  )
  return `// Written by iam-auth-proxy open, at each start.\n${lines.join('')}`
}
