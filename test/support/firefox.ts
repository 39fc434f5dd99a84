import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import type { Keeper } from './cleanup.js'
import { findProgram } from './programs.js'
import { until } from './until.js'

export const firefoxPath = findProgram('firefox-esr', 'firefox')

/** What a Firefox needs that nobody sees, and that can be driven: it picks the port and writes it into its profile. */
export const UNSEEN_FIREFOX = ['--headless', '--remote-debugging-port=0']

/** A tab of a stock Firefox, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which playwright speaks to newer ones only. */
export interface FirefoxTab {
  /** Opens a page; rejects with Firefox's error, as `NS_ERROR_UNKNOWN_HOST` or `SEC_ERROR_UNKNOWN_ISSUER`, where it shows one of its own. */
  goto(url: string): Promise<void>
  /** What an expression, or the promise that it is, comes to. */
  evaluate<T = unknown>(expression: string): Promise<T>
  /** Runs a script that leaves the page, and waits for the one it leads to. */
  leave(script: string): Promise<void>
  url(): Promise<string>
}

/** Drives the Firefox that was started with this profile and UNSEEN_FIREFOX. It is closed in the end. */
export async function driveFirefox(profile: string, keep: Keeper): Promise<{ newTab(): Promise<FirefoxTab> }> {
  const { ws_host: host, ws_port: port } = await until('Firefox can be driven', () => readPort(profile), 30_000)
  const socket = new WebSocket(`ws://${host}:${port}/session`, { perMessageDeflate: false })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const session = speakBiDi(socket)
  const pid = readPid(profile)
  keep(async () => {
    await session.send('browser.close', {})
    // It writes into its profile to the end.
    await until('Firefox has ended', () => !isRunning(pid), 20_000)
  })
  await session.send('session.new', { capabilities: {} })
  await session.send('session.subscribe', { events: ['browsingContext.load'] })
  return {
    async newTab() {
      const { context } = await session.send<{ context: string }>('browsingContext.create', { type: 'tab' })
      return drive(context, session)
    },
  }
}

function readPort(profile: string): { ws_host: string; ws_port: number } | undefined {
  try {
    return JSON.parse(readFileSync(join(profile, 'WebDriverBiDiServer.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** Firefox locks its profile by a link to `<address>:+<pid>`. */
function readPid(profile: string): string {
  return readlinkSync(join(profile, 'lock')).split('+').at(-1) ?? ''
}

/** A process that has ended and that nobody has asked about has no command line. */
function isRunning(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}

type Session = ReturnType<typeof speakBiDi>

function speakBiDi(socket: WebSocket) {
  const waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  const loads = new Map<string, number>()
  let last = 0
  socket.on('message', (data) => {
    const { id, type, result, error, message, method, params } = JSON.parse(String(data))
    if (method === 'browsingContext.load') loads.set(params.context, (loads.get(params.context) ?? 0) + 1)
    const answered = waiting.get(id)
    waiting.delete(id)
    if (type === 'error') answered?.reject(new Error(`${error}: ${message}`))
    else answered?.resolve(result as never)
  })
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Firefox has ended'))
  })
  return {
    send<T = unknown>(method: string, params: object): Promise<T> {
      last += 1
      const id = last
      socket.send(JSON.stringify({ id, method, params }))
      return new Promise<T>((resolve, reject) => waiting.set(id, { resolve, reject }))
    },
    loads: (context: string) => loads.get(context) ?? 0,
  }
}

function drive(context: string, { send, loads }: Session): FirefoxTab {
  const evaluate = async <T>(expression: string): Promise<T> => {
    // As JSON: BiDi's own form of values would have to be read back.
    const asJson = `(async () => JSON.stringify(await (${expression})))()`
    const params = { expression: asJson, target: { context }, awaitPromise: true }
    const { type, result, exceptionDetails } = await send<Evaluated>('script.evaluate', params)
    if (type === 'exception') throw new Error(exceptionDetails?.text)
    return result?.value === undefined ? (undefined as T) : (JSON.parse(result.value) as T)
  }
  return {
    evaluate,
    async goto(url) {
      await send('browsingContext.navigate', { context, url, wait: 'complete' })
    },
    async leave(script) {
      const before = loads(context)
      await evaluate(`void setTimeout(() => { ${script} })`)
      await until('the next page is there', () => loads(context) > before, 20_000)
    },
    url: () => evaluate('location.href'),
  }
}

interface Evaluated {
  readonly type: 'success' | 'exception'
  readonly result?: { readonly value?: string }
  readonly exceptionDetails?: { readonly text: string }
}
