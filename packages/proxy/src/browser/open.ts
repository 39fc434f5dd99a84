import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, lstatSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommandFailure } from '../commands/failure.js'
import { askStatus, findRunningProxy, NoProxyAnswers, type RunningProxyFlags } from '../commands/running-proxy.js'
import type { Env, HostPort, ProxyFlags } from '../config/config.js'
import { formatHostPort } from '../config/host-port.js'
import { homeFolder } from '../trust/paths.js'
import { formatCommand } from '../trust/shell.js'
import { BROWSER_NAMES, type Browser, findBrowser, type Machine } from './browsers.js'
import { formatUserJs, launchArguments, profileFolder } from './profile.js'
import { trustInProfile } from './trust-in-profile.js'

/** What `open` is told. */
export type OpenFlags = RunningProxyFlags & ProxyFlags & { readonly browser?: string }

export interface OpenDeps {
  readonly env: Env
  readonly print: (text: string) => void
  /** Starts a proxy in this process, for as long as the browser is open. */
  readonly serve: (flags: ProxyFlags) => Promise<{ readonly address: HostPort; close(): Promise<void> }>
}

/**
 * Opens a URL in a browser with a profile of its own, all of which goes through the proxy: the one that runs, and where none
 * does (and none was named) one in this process, until the browser is closed. Rejects with a CommandFailure.
 */
export async function openBrowser(
  text: string,
  flags: OpenFlags,
  more: readonly string[],
  { env, print, serve }: OpenDeps,
): Promise<void> {
  const url = requireUrl(text)
  const machine = { platform: process.platform, env, home: homeFolder(), isExecutable }
  const browser = requireBrowser(flags.browser, machine)
  const running = await findRunning(flags, env)
  const folder = profileFolder(browser, machine)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const untold = await trustInProfile(browser, folder, { configDir: flags.configDir, ...machine })
  if (untold !== undefined) print(`${untold}\n`)
  const start = (proxy: HostPort, isDetached: boolean) => launch(browser, folder, { proxy, url, more, isDetached })
  if (running !== undefined) {
    const child = await start(running, true)
    child.unref()
    print(`${browser.name} is open, through the proxy at ${formatHostPort(running)}.\n`)
    return
  }
  const own = await serve(flags)
  const wasOpen = isInUse(folder)
  try {
    const child = await start(own.address, false)
    process.once('exit', () => child.kill())
    // One that was open before gets the address from the new one, which is done then.
    const isPassedOn = wasOpen && child.exitCode !== null
    print(`${browser.name} is open. ${isPassedOn ? UNTIL_STOPPED : UNTIL_CLOSED}\n`)
    await (isPassedOn ? new Promise<never>(() => {}) : ended(child))
  } finally {
    await own.close()
  }
}

const UNTIL_CLOSED = 'The proxy ends when you close it.'
const UNTIL_STOPPED = 'It was open already; the proxy runs until you press Ctrl-C.'

/** `wiki.internal` is `http://wiki.internal/`, as in an address bar. */
function requireUrl(text: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new CommandFailure(`${text} is no address of a website: write it like http://wiki.internal`)
  }
  return url.href
}

function requireBrowser(wanted: string | undefined, machine: Machine): Browser {
  const browser = findBrowser(wanted, machine)
  if (browser !== undefined) return browser
  const names = BROWSER_NAMES.join(', ')
  throw new CommandFailure(
    wanted === undefined
      ? `no browser was found (${names}): say where one is with --browser PATH`
      : `there is no browser ${wanted}: one of ${names}, or the path of a program`,
  )
}

/** The proxy that runs; undefined where none does and one may be started. */
async function findRunning(flags: OpenFlags, env: Env): Promise<HostPort | undefined> {
  const found = findRunningProxy(flags, env)
  try {
    await askStatus(found)
    return found.address
  } catch (error) {
    if (error instanceof NoProxyAnswers && flags.proxy === undefined) return undefined
    throw error
  }
}

interface Launch {
  readonly proxy: HostPort
  readonly url: string
  readonly more: readonly string[]
  /** It is to go on when we end. */
  readonly isDetached: boolean
}

/** What browsers leave in a profile while they run: Chromium and its like, the same on Windows, Firefox. */
const LOCKS = ['SingletonLock', 'lockfile', 'lock']

function isInUse(folder: string): boolean {
  return LOCKS.some((name) => lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined)
}

/** ms in which a browser that cannot run says so by ending. */
const SETTLED_AFTER_MS = 1_500

/** Rejects with a CommandFailure where it ends at once, and not well. */
async function launch(browser: Browser, folder: string, launch: Launch): Promise<ChildProcess> {
  if (browser.family === 'firefox') writeFileSync(join(folder, 'user.js'), formatUserJs(launch.proxy), { mode: 0o600 })
  const args = launchArguments(browser, { folder, ...launch })
  const child = spawn(browser.file, args, { stdio: 'ignore', detached: launch.isDetached })
  const early = await Promise.race([
    ended(child),
    new Promise<'running'>((resolve) => setTimeout(resolve, SETTLED_AFTER_MS, 'running')),
  ])
  if (early === 'running' || early === 0) return child
  throw new CommandFailure(
    `${browser.name} ended at once (${early}). To see why:\n${formatCommand(browser.file, ...args)}`,
  )
}

/** Its exit code, the name of the signal, or the code of the system's error. */
function ended(child: ChildProcess): Promise<number | string> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0))
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
