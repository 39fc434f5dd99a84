import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../../../packages/proxy/bin/iam-auth-proxy.cjs', import.meta.url))
const START_TIMEOUT_MS = 20_000
const STOP_TIMEOUT_MS = 3_000

/** A proxy in a process of its own. */
export interface ProxyProcess {
  readonly origin: string
  /** The lines of its log so far. */
  readonly log: readonly string[]
  close(): Promise<void>
}

/** Runs `iam-auth-proxy` and waits until it listens. Rejects with what it says if it does not. */
export async function startProxy(flags: readonly string[], env: NodeJS.ProcessEnv): Promise<ProxyProcess> {
  const child = spawn(process.execPath, [COMMAND, ...flags], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const killNow = () => void child.kill('SIGKILL')
  process.once('exit', killNow) // the last resort: whatever ends us ends it
  child.once('exit', () => process.off('exit', killNow))
  const log: string[] = []
  try {
    return { origin: await listeningAt(child, log), log, close: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

function listeningAt(child: ChildProcess, log: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error('the proxy does not start')), START_TIMEOUT_MS)
    createInterface({ input: child.stderr as NodeJS.ReadableStream })
      .on('line', (line) => {
        log.push(line)
        const [, origin] = /listening on (http:\S+)/.exec(line) ?? []
        if (origin === undefined) return
        clearTimeout(timeout)
        resolve(origin)
      })
      .once('close', () => {
        clearTimeout(timeout)
        reject(new Error(`the proxy has ended:\n${log.join('\n')}`))
      })
    child.once('error', reject)
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timeout = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(timeout)
}
