import { createCleanup } from '../cleanup.js'
import type { Ability } from '../contenders/contender.js'
import type { Bench, Column, Plan, Result, Scenario } from '../model.js'
import { runRounds } from '../rounds.js'
import { quantile } from '../statistics.js'
import { startWorker } from '../workers/connect.js'
import type { LoadAnswer, LoadQuestion } from '../workers/load-question.js'

const MIB = 1024 * 1024
const GIB = 1024 * MIB

/** A load of the benchmark's own. */
interface Kind {
  readonly name: string
  readonly title: string
  readonly isMain?: boolean
  readonly abilities: readonly Ability[]
  readonly isTrusted: boolean
  readonly question: (plan: Plan) => Omit<LoadQuestion, 'host' | 'proxyPort'>
  /** Whether it is about bytes (CPU ms a GiB, MB/s) or about connections (CPU µs each). */
  readonly about: 'bytes' | 'connections'
}

const COLUMNS = {
  bytes: [
    { key: 'cpu', title: 'CPU ms/GiB' },
    { key: 'rate', title: 'MB/s' },
    { key: 'rss', title: 'peak MB' },
  ],
  connections: [
    { key: 'cpu', title: 'CPU µs/connection' },
    { key: 'rate', title: 'connections/s' },
    { key: 'p50', title: 'p50 µs' },
    { key: 'p99', title: 'p99 µs' },
    { key: 'rss', title: 'peak MB' },
  ],
} satisfies Record<Kind['about'], readonly Column[]>

const KINDS: readonly Kind[] = [
  {
    name: 'download',
    title: 'Downloads of 100 MB, one after another',
    isMain: true,
    abilities: ['http', 'reverse'],
    isTrusted: true,
    about: 'bytes',
    question: ({ isShort }) => ({
      path: `/bytes/${1e8}`,
      expect: 1e8,
      clients: 1,
      count: isShort ? 2 : 5,
      keepAlive: true,
    }),
  },
  {
    name: 'upload',
    title: 'Uploads of 10 MB, one after another',
    abilities: ['http', 'reverse'],
    isTrusted: true,
    about: 'bytes',
    question: () => ({ path: '/count', upload: 1e7, expect: 8, clients: 1, count: 20, keepAlive: true }),
  },
  {
    name: 'tunnel',
    title: '1 GiB down a CONNECT tunnel to an untrusted service',
    isMain: true,
    abilities: ['connect'],
    isTrusted: false,
    about: 'bytes',
    question: () => ({ tunnel: true, path: `/bytes/${GIB}`, expect: GIB, clients: 1, count: 1, keepAlive: true }),
  },
  {
    name: 'connect',
    title: 'CONNECT, one request, and the end: 32 at a time',
    abilities: ['connect'],
    isTrusted: false,
    about: 'connections',
    question: ({ isShort }) => {
      const count = isShort ? 500 : 2000
      return { tunnel: true, path: '/bytes/200', expect: 200, clients: 32, count, keepAlive: false }
    },
  },
]

/** Bodies and tunnels, by the benchmark's own load. */
export const loadScenarios: readonly Scenario[] = KINDS.map((kind) => ({
  name: kind.name,
  title: kind.title,
  isMain: kind.isMain ?? false,
  estimateSeconds: ({ rounds, warmUps }, contenders) => contenders * (rounds + warmUps) * 0.9 + 10,
  run: async (bench) => {
    const { name, title, about } = kind
    return { name, title, columns: COLUMNS[about], primary: 'cpu', ...(await measure(bench, kind)) }
  },
}))

async function measure(bench: Bench, kind: Kind): Promise<Pick<Result, 'rows' | 'notes'>> {
  const cleanup = createCleanup()
  try {
    const { port: upstream } = await startWorker('upstream', cleanup.keep).ask<{ port: number }>({})
    const load = startWorker('load', cleanup.keep)
    const question = { ...kind.question(bench.plan), host: `127.0.0.1:${upstream}` }
    const { abilities, isTrusted, about } = kind
    return await runRounds({
      bench,
      abilities,
      direct: true,
      site: { upstream, isTrusted },
      measure: async (started) => {
        const proxyPort = started === undefined ? {} : { proxyPort: started.port }
        const keepAlive = question.keepAlive && !started?.contender.closesUnannounced
        const answer = await load.ask<LoadAnswer>({ ...question, ...proxyPort, keepAlive })
        return about === 'bytes' ? inBytes(question, answer) : inConnections(question, answer)
      },
    })
  } finally {
    await cleanup.end()
  }
}

function inBytes({ count, upload, expect }: LoadQuestion, { seconds, errors }: LoadAnswer) {
  const bytes = count * (upload ?? expect)
  return { figures: { rate: bytes / 1e6 / seconds }, errors, per: { count: bytes / GIB, scale: 1e3 } }
}

function inConnections({ count }: LoadQuestion, { seconds, errors, latencies }: LoadAnswer) {
  const figures = { rate: count / seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) }
  return { figures, errors, per: { count, scale: 1e6 } }
}
