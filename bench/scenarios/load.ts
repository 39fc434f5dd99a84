import { makeCertificate } from '../../test/support/https.js'
import { createCleanup } from '../cleanup.js'
import type { Started } from '../contenders/start.js'
import type { Bench, Column, Result, Scenario } from '../model.js'
import { runRounds } from '../rounds.js'
import { quantile } from '../statistics.js'
import { startWorker } from '../workers/connect.js'
import type { LoadAnswer, LoadQuestion } from '../workers/load-question.js'
import { GIB, KINDS, type Kind } from './load-kinds.js'

const COLUMNS = {
  bytes: [
    { key: 'cpu', title: 'CPU ms/GiB' },
    { key: 'rate', title: 'MB/s' },
    { key: 'rss', title: 'peak MB' },
  ],
  connections: each('connection'),
  requests: each('request'),
  messages: each('message'),
} satisfies Record<Kind['about'], readonly Column[]>

function each(what: string): readonly Column[] {
  return [
    { key: 'cpu', title: `CPU µs/${what}` },
    { key: 'rate', title: `${what}s/s` },
    { key: 'p50', title: 'p50 µs' },
    { key: 'p99', title: 'p99 µs' },
    { key: 'rss', title: 'peak MB' },
  ]
}

/** Bodies, tunnels, TLS and WebSockets, by the benchmark's own load. */
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
  const { abilities, isTrusted, about } = kind
  try {
    const certificate = kind.isSecure ? await makeCertificate(['localhost'], cleanup.keep) : undefined
    const service = startWorker('upstream', cleanup.keep)
    const { port: upstream } = await service.ask<{ port: number }>({ cert: certificate?.cert, key: certificate?.key })
    const load = startWorker('load', cleanup.keep)
    const question = { ...kind.question(bench.plan), host: `${certificate ? 'localhost' : '127.0.0.1'}:${upstream}` }
    const inside = certificate && { certificate: certificate.cert }
    return await runRounds({
      bench: { ...bench, contenders: kind.choose?.(bench.contenders) ?? bench.contenders },
      abilities,
      direct: true,
      site: { upstream, isTrusted, ...(certificate && { secure: { name: 'localhost', certificate } }) },
      measure: async (started) => {
        const keepAlive = question.keepAlive && !started?.contender.closesUnannounced
        const tunnel = question.tunnel && !(started?.contender.abilities.includes('websocket') && question.isWebSocket)
        const answer = await load.ask<LoadAnswer>({ ...question, ...inside, ...wayThrough(started), keepAlive, tunnel })
        return about === 'bytes' ? inBytes(question, answer) : inTimes(answer)
      },
    })
  } finally {
    await cleanup.end()
  }
}

/** Who forwards bytes is spoken to as if it were the service. */
function wayThrough(started: Started | undefined): { proxyPort?: number; host?: string } {
  if (started === undefined) return {}
  const { contender, port } = started
  return contender.abilities.includes('tcp') ? { host: `127.0.0.1:${port}` } : { proxyPort: port }
}

function inBytes({ count, upload, expect }: LoadQuestion, { seconds, errors, firstError }: LoadAnswer) {
  const bytes = count * (upload ?? expect)
  const reason = firstError === undefined ? {} : { reason: firstError }
  return { figures: { rate: bytes / 1e6 / seconds }, errors, ...reason, per: { count: bytes / GIB, scale: 1e3 } }
}

function inTimes({ seconds, errors, firstError, latencies }: LoadAnswer) {
  const count = latencies.length
  const figures = { rate: count / seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) }
  return { figures, errors, ...(firstError && { reason: firstError }), per: { count, scale: 1e6 } }
}
