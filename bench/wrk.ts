import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { run } from '../test/support/process.js'
import { findProgram } from '../test/support/programs.js'
import { LOAD_CORE, pinned } from './machine/machine.js'

/** What a load came to. */
export interface LoadFigures {
  readonly requests: number
  readonly seconds: number
  readonly errors: number
  /** Connections that the other side closed without having said so. */
  readonly readErrors: number
  readonly p50Micros: number
  readonly p99Micros: number
}

export interface WrkLoad {
  /** Where to connect to. */
  readonly port: number
  /** The target of the request line: absolute for a proxy, a path for a server. */
  readonly target: string
  readonly host: string
  readonly connections: number
  readonly seconds: number
  /** A further field of each request: `Cookie: a=b`. */
  readonly field?: string | undefined
}

const SCRIPT = fileURLToPath(new URL('workers/wrk.lua', import.meta.url))

/** Debian's package of wrk, where it is not installed. */
export const wrkIsMissing = () => (findProgram('wrk') === undefined ? ['wrk'] : [])

/** The same GET again and again over keep-alive connections. */
export async function runWrk({ port, target, host, connections, seconds, field }: WrkLoad): Promise<LoadFigures> {
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', SCRIPT]
  const [program = '', ...args] = pinned(LOAD_CORE, ['wrk', ...options, `http://127.0.0.1:${port}/`])
  const env = {
    PATH: process.env['PATH'],
    BENCH_TARGET: target,
    BENCH_HOST: host,
    ...(field && { BENCH_FIELD: field }),
  }
  const undos: (() => unknown)[] = []
  const wrk = run(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }, (undo) => void undos.push(undo))
  await once(wrk.child, 'close')
  const line = wrk
    .stdout()
    .split('\n')
    .find((text) => text.startsWith('{'))
  if (line === undefined) throw new Error(`wrk failed: ${wrk.output()}`)
  return JSON.parse(line) as LoadFigures
}
