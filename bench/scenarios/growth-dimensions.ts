import { createCleanup } from '../cleanup.js'
import { ours } from '../contenders/ours.js'
import { type Started, start } from '../contenders/start.js'
import { cpuSeconds, memoryMb } from '../machine/proc.js'
import type { AwsAnswer } from '../workers/aws-question.js'
import { startWorker, type Worker } from '../workers/connect.js'
import type { LoadAnswer, LoadQuestion } from '../workers/load-question.js'

/** Something that grows, and what it costs. */
export interface Dimension {
  readonly name: string
  /** What is measured, with its unit. */
  readonly cost: string
  /** From the smallest up. */
  readonly sizes: readonly number[]
  /** Measured as another is: the short form does without. @default false */
  readonly isVariant?: boolean
  /** With so many requests. */
  readonly measure: (size: number, requests: number) => Promise<{ readonly cost: number; readonly errors: number }>
}

const CPU = 'CPU µs/request'
const MEMORY = 'KB/tunnel'
/** In the order in which they are drawn. */
export const DIMENSIONS: readonly Dimension[] = [
  { name: 'origins', cost: CPU, sizes: [1, 10, 100, 1000], measure: measureOrigins },
  {
    name: 'trust entries',
    cost: CPU,
    sizes: [1, 10, 100, 1000],
    measure: (size, count) => measureRequests({ count }, { alsoTrusted: size - 1 }),
  },
  { name: 'sessions', cost: CPU, sizes: [1, 10, 100, 1000], measure: measureSessions },
  {
    name: 'header fields of 20 bytes',
    cost: CPU,
    isVariant: true,
    sizes: [5, 20, 80],
    measure: (fields, count) => measureRequests({ count, fields: { count: fields, bytes: 20 } }),
  },
  {
    name: 'bytes of one header field',
    cost: CPU,
    isVariant: true,
    sizes: [100, 1000, 10_000],
    measure: (bytes, count) => measureRequests({ count, fields: { count: 1, bytes } }),
  },
  {
    name: 'idle tunnels',
    cost: CPU.replace('request', 'new tunnel'),
    sizes: [1, 100, 1000, 5000],
    measure: measureTunnels,
  },
  { name: 'tunnels', cost: MEMORY, sizes: [100, 1000, 5000], measure: measureTunnelMemory },
]

interface Rig {
  readonly service: Worker
  readonly load: Worker
  readonly started: Started
  readonly question: LoadQuestion
}

/** A new proxy, service and load for each size: nothing of a smaller one is left. */
async function withRig<T>(
  site: { alsoTrusted?: number; isTrusted?: boolean },
  use: (rig: Rig) => Promise<T>,
): Promise<T> {
  const cleanup = createCleanup()
  try {
    const service = startWorker('upstream', cleanup.keep)
    const load = startWorker('load', cleanup.keep)
    const { port: upstream } = await service.ask<{ port: number }>({})
    const started = await start(ours, { upstream, ...site }, cleanup.keep)
    const shape = { path: '/bytes/200', expect: 200, clients: 32, count: 0, keepAlive: true }
    const question = { ...shape, host: `127.0.0.1:${upstream}`, proxyPort: started.port }
    return await use({ service, load, started, question })
  } finally {
    await cleanup.end()
  }
}

function measureRequests(more: Partial<LoadQuestion>, site: { alsoTrusted?: number } = {}) {
  return withRig(site, (rig) => measureAsked(rig, { ...rig.question, ...more }))
}

function measureOrigins(size: number, count: number) {
  return withRig({ isTrusted: false }, async (rig) => {
    const { ports } = await rig.service.ask<{ ports: number[] }>({ further: size })
    return measureAsked(rig, { ...rig.question, count, hosts: ports.map((port) => `127.0.0.1:${port}`) })
  })
}

/** Requests without a cookie, to services that the proxy has a session with: the one login for each is not measured. */
async function measureSessions(size: number, count: number) {
  const cleanup = createCleanup()
  try {
    const aws = startWorker('aws', cleanup.keep)
    const service = startWorker('guarded', cleanup.keep)
    const load = startWorker('load', cleanup.keep)
    const known = await aws.ask<AwsAnswer>({})
    const guarded = { aws: known, ports: size, version: 2 }
    const { ports, bytes } = await service.ask<{ ports: number[]; bytes: number }>(guarded)
    const started = await start(ours, { upstream: 0, login: { aws: known, ports, version: 2 } }, cleanup.keep)
    const hosts = ports.map((port) => `127.0.0.1:${port}`)
    const shape = { path: '/', expect: bytes, host: '', hosts, proxyPort: started.port, keepAlive: true }
    const logins = await load.ask<LoadAnswer>({ ...shape, clients: 1, count: size })
    await aws.ask<AwsAnswer>({})
    const { cost, errors } = await measureAsked({ load, started }, { ...shape, clients: 32, count })
    const { calls } = await aws.ask<AwsAnswer>({})
    // A call of AWS would be a login, and no session.
    return { cost, errors: logins.errors + errors + Object.values(calls).reduce((sum, of) => sum + of, 0) }
  } finally {
    await cleanup.end()
  }
}

/** Twice: the first time compiles what is hot, and opens the connections. */
async function measureAsked({ load, started }: Pick<Rig, 'load' | 'started'>, question: LoadQuestion) {
  const first = await load.ask<LoadAnswer>(question)
  const before = cpuSeconds(started.pid)
  const second = await load.ask<LoadAnswer>(question)
  const cost = ((cpuSeconds(started.pid) - before) / question.count) * 1e6
  return { cost, errors: first.errors + second.errors }
}

function measureTunnels(size: number, requests: number) {
  return withRig({ isTrusted: false }, async (rig) => {
    const tunnel = { ...rig.question, tunnel: true }
    await rig.load.ask<LoadAnswer>({ ...tunnel, hold: size })
    return measureAsked(rig, { ...tunnel, keepAlive: false, count: requests / 8 })
  })
}

function measureTunnelMemory(size: number) {
  return withRig({ isTrusted: false }, async ({ load, started, question }) => {
    // What a first tunnel brings with it is no part of the next one's.
    await load.ask<LoadAnswer>({ ...question, tunnel: true, hold: 10 })
    const before = memoryMb(started.pid)
    const { errors } = await load.ask<LoadAnswer>({ ...question, tunnel: true, hold: 10 + size })
    return { cost: ((memoryMb(started.pid) - before) * 1024) / size, errors }
  })
}
