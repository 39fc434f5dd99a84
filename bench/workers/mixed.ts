/** Mixed load for the soak: good clients, bad clients and bad services beside each other, each checked for how it has to end. */
import { setTimeout as pause } from 'node:timers/promises'
import { abort, readOneCut, readSlowly, sendSlowly } from './bad-clients.js'
import { answerQuestions } from './connect.js'
import { type Client, openHttpClient } from './http-client.js'
import type { LoadQuestion } from './load-question.js'
import type { MixedAnswer, MixedQuestion } from './mixed-question.js'
import { openWebSocketClient } from './websocket-client.js'

const GIB = 2 ** 30

/** One kind of client: how many there are at a time, and ms that each rests after a turn. */
interface Kind {
  readonly clients: number
  readonly restMs: number
  readonly turn: () => Promise<void>
}

answerQuestions(async (question: MixedQuestion): Promise<MixedAnswer> => {
  const until = performance.now() + question.seconds * 1000
  const done: Record<string, number> = {}
  const failures: string[] = []
  const work = async (name: string, { restMs, turn }: Kind) => {
    while (performance.now() < until) {
      try {
        await turn()
        done[name] = (done[name] ?? 0) + 1
      } catch (error) {
        failures.push(`${name}: ${String(error)}`)
      }
      await pause(Math.min(restMs, Math.max(0, until - performance.now())))
    }
  }
  const all = Object.entries(kindsOf(question))
  await Promise.all(all.flatMap(([name, kind]) => Array.from({ length: kind.clients }, () => work(name, kind))))
  const [firstError] = failures
  return { done, errors: failures.length, ...(firstError && { firstError }) }
})

function kindsOf({ proxyPort, host, untrusted }: MixedQuestion): Record<string, Kind> {
  const shape = { proxyPort, host, clients: 1, count: 1, keepAlive: true }
  const get = { ...shape, path: '/bytes/200', expect: 200 }
  const download = { ...shape, path: `/bytes/${GIB}`, expect: GIB }
  const upload = { ...shape, path: '/count', upload: GIB, expect: String(GIB).length }
  const tunnel = { ...get, host: untrusted, tunnel: true }
  const slow = { ...shape, path: '/slow/20000', expect: 20_000 }
  return {
    'connections of 100 GETs': { clients: 16, restMs: 50, turn: () => use(openHttpClient(get), 100) },
    'clients that left': { clients: 4, restMs: 20, turn: () => abort(proxyPort, host) },
    'slow readers': { clients: 4, restMs: 20, turn: () => readSlowly(proxyPort, host) },
    'slow writers': { clients: 4, restMs: 20, turn: () => sendSlowly(proxyPort, host) },
    'slow answers': { clients: 4, restMs: 20, turn: () => use(openHttpClient(slow), 1) },
    'answers cut short': { clients: 4, restMs: 20, turn: () => readOneCut(proxyPort, host) },
    '1-GiB downloads': { clients: 1, restMs: 8000, turn: () => use(openHttpClient(download), 1) },
    '1-GiB uploads': { clients: 1, restMs: 8000, turn: () => use(openHttpClient(upload), 1) },
    tunnels: { clients: 8, restMs: 20, turn: () => use(openHttpClient(tunnel), 3) },
    'tunnels cut': { clients: 4, restMs: 20, turn: () => abort(proxyPort, untrusted, true) },
    WebSockets: { clients: 4, restMs: 20, turn: () => use(openSocket(get), 50) },
  }
}

function openSocket(question: LoadQuestion): Promise<Client> {
  return openWebSocketClient({ ...question, path: '/', isWebSocket: true })
}

async function use(opening: Promise<Client>, times: number): Promise<void> {
  const client = await opening
  try {
    for (let at = 0; at < times; at++) await client.perform()
  } finally {
    client.close()
  }
}
