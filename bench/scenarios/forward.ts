import { createCleanup } from '../cleanup.js'
import type { Bench, Column, Result, Scenario } from '../model.js'
import { runRounds } from '../rounds.js'
import { startWorker } from '../workers/connect.js'
import { runWrk } from '../wrk.js'

/** What wrk finds, and the kernel. */
export const FORWARD_COLUMNS: readonly Column[] = [
  { key: 'cpu', title: 'CPU µs/request' },
  { key: 'rate', title: 'requests/s' },
  { key: 'p50', title: 'p50 µs' },
  { key: 'p99', title: 'p99 µs' },
  { key: 'rss', title: 'peak MB' },
  { key: 'connections', title: 'upstream conns/round' },
]

/** How much faster than the fastest proxy the service must be, so that it is the proxies that are measured. */
const HEADROOM = 4

/** The same small GET over keep-alive. Clients at a time, bytes of the answer. */
export const forwardScenarios: readonly Scenario[] = [
  forward(1, 200, 'forward-1'),
  forward(32, 200, 'forward-32', true),
  forward(256, 200, 'forward-256'),
  forward(32, 64 * 1024, 'forward-64KiB', true),
]

function forward(connections: number, bytes: number, name: string, isMain = false): Scenario {
  const size = bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KiB`
  const title = `GET of ${size}, ${connections} ${connections === 1 ? 'client' : 'clients'}`
  return {
    name,
    title,
    isMain,
    estimateSeconds: ({ rounds, warmUps, seconds }, contenders) =>
      (contenders + 1) * (rounds + warmUps) * (seconds + 0.1) + 10,
    run: async (bench) => ({
      name,
      title,
      columns: FORWARD_COLUMNS,
      primary: 'cpu',
      ...(await measureForwarding(bench, { connections, bytes })),
    }),
  }
}

/** A GET again and again. Through a SOCKS server, by those who can, where there is one. */
export async function measureForwarding(
  bench: Bench,
  { connections, bytes, socks }: { connections: number; bytes: number; socks?: number },
): Promise<Pick<Result, 'rows' | 'notes'>> {
  const cleanup = createCleanup()
  try {
    const service = startWorker('upstream', cleanup.keep)
    const state = () => service.ask<{ port: number; accepted: number }>({})
    const { port: upstream } = await state()
    const host = `127.0.0.1:${upstream}`
    const { rows, notes } = await runRounds({
      bench,
      abilities: socks === undefined ? ['http', 'reverse'] : ['socks'],
      direct: true,
      site: { upstream, ...(socks !== undefined && { socks }) },
      measure: async (started) => {
        const { accepted } = await state()
        const target = started === undefined ? `/bytes/${bytes}` : `http://${host}/bytes/${bytes}`
        const { seconds } = bench.plan
        const load = await runWrk({ port: started?.port ?? upstream, target, host, connections, seconds })
        const opened = (await state()).accepted - accepted
        const { requests, readErrors, p50Micros: p50, p99Micros: p99 } = load
        const errors = load.errors + (started?.contender.closesUnannounced ? 0 : readErrors)
        return {
          figures: { rate: requests / load.seconds, p50, p99, connections: opened },
          errors,
          per: { count: requests, scale: 1e6 },
        }
      },
    })
    return { rows, notes: [...notes, ...headroomNotes(rows)] }
  } finally {
    await cleanup.end()
  }
}

/** Warns where the service might have been what was measured. */
function headroomNotes(rows: Result['rows']): string[] {
  const rate = (row: Result['rows'][number]) => row.figures['rate']?.median ?? 0
  const direct = rows.find(({ role }) => role === 'direct')
  const [fastest] = rows.filter(({ role }) => role !== 'direct').sort((a, b) => rate(b) - rate(a))
  if (direct === undefined || fastest === undefined) return []
  const headroom = rate(direct) / rate(fastest)
  if (headroom >= HEADROOM) return []
  return [
    `the service is only ${headroom.toFixed(1)} × as fast as ${fastest.contender}: go by CPU time, not by requests/s`,
  ]
}
