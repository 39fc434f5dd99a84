import { fileURLToPath } from 'node:url'
import type { Keeper } from '../../test/support/cleanup.js'
import { run } from '../../test/support/process.js'
import { LOAD_CORE, pinned } from '../machine/machine.js'

/** A process of the benchmark's own, which answers questions one at a time. */
export interface Worker {
  readonly pid: number
  ask<T>(question: object): Promise<T>
}

type WorkerName = 'upstream' | 'load' | 'mixed' | 'socks' | 'aws' | 'guarded' | 'page' | 'sdk'

/** Starts one of the programs beside this file. @param core where it runs @default that of the load */
export function startWorker(name: WorkerName, keep: Keeper, core: number = LOAD_CORE): Worker {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url))
  const [program = '', ...args] = pinned(core, [process.execPath, '--import', 'tsx', file])
  // Its notice would stand between the tables.
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }
  const running = run(program, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }, keep)
  const { child } = running
  return {
    pid: running.pid,
    ask: <T>(question: object) =>
      new Promise<T>((resolve, reject) => {
        const fail = () => reject(new Error(`the ${name} process of the benchmark has ended`))
        child.once('exit', fail)
        child.once('message', (answer: { value?: T; error?: string }) => {
          child.off('exit', fail)
          if (answer.error === undefined) resolve(answer.value as T)
          else reject(new Error(`${name}: ${answer.error}`))
        })
        child.send(question)
      }),
  }
}

/** The other side: answers each question of the process that started this one. */
export function answerQuestions<Q>(answer: (question: Q) => unknown): void {
  process.on('message', async (question: Q) => {
    try {
      process.send?.({ value: await answer(question) })
    } catch (error) {
      process.send?.({ error: String(error instanceof Error ? error.stack : error) })
    }
  })
  process.on('disconnect', () => process.exit())
}
