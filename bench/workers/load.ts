/** The load that wrk cannot make: bodies both ways, tunnels, TLS in them, WebSockets, and requests one after another, on raw sockets. */
import { answerQuestions } from './connect.js'
import { type Client, openHttpClient } from './http-client.js'
import type { LoadAnswer, LoadQuestion } from './load-question.js'
import { openWebSocketClient } from './websocket-client.js'

/** Tunnels that stay open. */
let held: Client[] = []

answerQuestions(async (question: LoadQuestion): Promise<LoadAnswer> => {
  if (question.hold !== undefined) return hold(question, question.hold)
  const open = question.isWebSocket ? openWebSocketClient : openHttpClient
  const start = performance.now()
  const latencies: number[] = []
  const failures: string[] = []
  let next = 0
  const work = async () => {
    let client: Client | undefined
    for (let at = next++; hasTurn(question, at, start); at = next++) {
      const began = performance.now()
      try {
        const turn = hostOf(question, at)
        client ??= await open(turn)
        await client.perform(turn)
        latencies.push((performance.now() - began) * 1000)
      } catch (error) {
        failures.push(String(error))
        client?.close()
        client = undefined
      }
      if (!question.keepAlive) {
        client?.close()
        client = undefined
      }
    }
    client?.close()
  }
  await Promise.all(Array.from({ length: question.clients }, work))
  const seconds = (performance.now() - start) / 1000
  const [firstError] = failures
  latencies.sort((a, b) => a - b)
  return { seconds, errors: failures.length, latencies, ...(firstError && { firstError }) }
})

function hasTurn({ count, seconds }: LoadQuestion, at: number, start: number): boolean {
  return seconds === undefined ? at < count : performance.now() - start < seconds * 1000
}

/** The same for the host whose turn it is. */
function hostOf(question: LoadQuestion, at: number): LoadQuestion {
  const host = question.hosts?.[at % question.hosts.length]
  return host === undefined ? question : { ...question, host }
}

/** As many more, or less, as are wanted, some at a time; each has carried a request. */
async function hold(question: LoadQuestion, wanted: number): Promise<LoadAnswer> {
  for (const client of held.splice(wanted)) client.close()
  const start = performance.now()
  while (held.length < wanted) {
    const some = Array.from({ length: Math.min(50, wanted - held.length) }, async () => {
      const client = await openHttpClient(question)
      await client.perform()
      return client
    })
    held = [...held, ...(await Promise.all(some))]
  }
  return { seconds: (performance.now() - start) / 1000, errors: 0, latencies: [] }
}
