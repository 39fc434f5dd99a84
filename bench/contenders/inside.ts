import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Keeper } from '../../test/support/cleanup.js'
import { until } from '../../test/support/until.js'
import type { Contender } from './contender.js'
import { makeFolder } from './start.js'

/** What a Node process knows of itself, since it was last asked. */
export interface Inside {
  /** After a full collection. Bytes. */
  readonly memory: Readonly<Record<'rss' | 'heapUsed' | 'external' | 'arrayBuffers', number>>
  /** What keeps its loop alive, by kind (`TCPSocketWrap`, `Timeout`): how many. Timers that do not are not among them. */
  readonly resources: Readonly<Record<string, number>>
  /** How much later than due the event loop came to its timers, at a resolution of 1 ms. What else ran on its core is in it. */
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Turns of the loop by the processor time they took, all threads of the process together. */
  readonly turns: { readonly longestMs: number; readonly over5Ms: number }
}

/** A contender that can be looked into. */
export interface WatchedContender {
  readonly contender: Contender
  /** Asks the process with this id. Throws where it does not answer in 10 seconds. */
  look(pid: number): Promise<Inside>
}

const PRELOAD = fileURLToPath(new URL('../workers/inside.cjs', import.meta.url))

/** The same contender, a program of Node, with `workers/inside.cjs` loaded before it. The product is not changed. */
export function watchInside(contender: Contender, keep: Keeper): WatchedContender {
  const file = join(makeFolder(keep), 'inside.json')
  let asked = 0
  return {
    contender: {
      ...contender,
      async prepare(site) {
        const { command, env } = await contender.prepare(site)
        const [node = '', ...args] = command
        const given = env ?? process.env
        return { command: [node, '--require', PRELOAD, ...args], env: { ...given, BENCH_INSIDE_FILE: file } }
      },
    },
    async look(pid) {
      asked++
      process.kill(pid, 'SIGUSR2')
      const answer = () =>
        existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Inside & { answer: number }) : undefined
      await until('the contender tells of itself', () => answer()?.answer === asked, 10_000)
      return answer() as Inside
    },
  }
}
