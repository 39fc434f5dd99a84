import { basename, join, posix, win32 } from 'node:path'
import type { Env } from '../config/config.js'

/** The two families of browsers, which take a proxy in their own ways. */
type Family = 'chromium' | 'firefox'

/** A browser of this machine. */
export interface Browser {
  readonly name: string
  readonly family: Family
  /** Its executable. */
  readonly file: string
}

/** What decides where browsers are. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Env
  readonly home: string
  /** Whether there is something that can be run. */
  readonly isExecutable: (file: string) => boolean
}

interface Known {
  readonly name: string
  readonly family: Family
  readonly linux: readonly string[]
  readonly mac: string
  readonly windows: string
}

/** In the order of preference. Names and places as their makers' packages have them. */
const KNOWN: readonly Known[] = [
  {
    name: 'chromium',
    family: 'chromium',
    linux: ['chromium', 'chromium-browser'],
    mac: 'Chromium',
    windows: 'Chromium\\Application\\chrome.exe',
  },
  {
    name: 'chrome',
    family: 'chromium',
    linux: ['google-chrome-stable', 'google-chrome'],
    mac: 'Google Chrome',
    windows: 'Google\\Chrome\\Application\\chrome.exe',
  },
  {
    name: 'brave',
    family: 'chromium',
    linux: ['brave-browser', 'brave'],
    mac: 'Brave Browser',
    windows: 'BraveSoftware\\Brave-Browser\\Application\\brave.exe',
  },
  {
    name: 'edge',
    family: 'chromium',
    linux: ['microsoft-edge-stable', 'microsoft-edge'],
    mac: 'Microsoft Edge',
    windows: 'Microsoft\\Edge\\Application\\msedge.exe',
  },
  {
    name: 'firefox',
    family: 'firefox',
    linux: ['firefox', 'firefox-esr'],
    mac: 'Firefox',
    windows: 'Mozilla Firefox\\firefox.exe',
  },
]

/** The names that `--browser` takes. */
export const BROWSER_NAMES = KNOWN.map(({ name }) => name)

/** The first browser there is; or the one wanted, by its name or by the path of its executable. */
export function findBrowser(wanted: string | undefined, machine: Machine): Browser | undefined {
  if (wanted !== undefined && /[/\\]/.test(wanted)) {
    const family = /firefox|librewolf/i.test(basename(wanted)) ? 'firefox' : 'chromium'
    return machine.isExecutable(wanted) ? { name: family, family, file: wanted } : undefined
  }
  const candidates = KNOWN.filter(({ name }) => wanted === undefined || name === wanted)
  for (const known of candidates) {
    const file = placesOf(known, machine).find(machine.isExecutable)
    if (file !== undefined) return { name: known.name, family: known.family, file }
  }
  return undefined
}

function placesOf({ linux, mac, windows }: Known, { platform, env, home }: Machine): string[] {
  if (platform === 'darwin') {
    const app = `Applications/${mac}.app/Contents/MacOS/${mac === 'Firefox' ? 'firefox' : mac}`
    return [posix.join('/', app), posix.join(home, app)]
  }
  if (platform === 'win32') {
    const folders = [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']]
    return folders.flatMap((folder) => (folder ? [win32.join(folder, windows)] : []))
  }
  const folders = (env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'))
  return linux.flatMap((name) => folders.map((folder) => join(folder, name)))
}
