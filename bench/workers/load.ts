/** The load that wrk cannot make: bodies both ways, tunnels, and requests one after another, on raw sockets. */
import { answerQuestions } from './connect.js'
import { type Client, openClient } from './http-client.js'
import type { LoadAnswer, LoadQuestion } from './load-question.js'

/** Written again and again for uploads. */
const BLOCK = Buffer.alloc(256 * 1024, 'x')

answerQuestions(async (question: LoadQuestion): Promise<LoadAnswer> => {
  const start = performance.now()
  const latencies: number[] = []
  let errors = 0
  let next = 0
  const work = async () => {
    let client: Client | undefined
    while (next++ < question.count) {
      const began = performance.now()
      try {
        client ??= await openClient(question)
        await perform(client, question)
        latencies.push((performance.now() - began) * 1000)
      } catch {
        errors++
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
  return { seconds: (performance.now() - start) / 1000, errors, latencies: latencies.sort((a, b) => a - b) }
})

/** One request, and its whole answer. Throws where that is not what was asked for. */
async function perform(client: Client, { host, proxyPort, tunnel, path, upload, expect }: LoadQuestion): Promise<void> {
  const target = proxyPort === undefined || tunnel ? path : `http://${host}${path}`
  const body = upload === undefined ? '' : `Content-Length: ${upload}\r\n`
  client.socket.write(`${upload === undefined ? 'GET' : 'POST'} ${target} HTTP/1.1\r\nHost: ${host}\r\n${body}\r\n`)
  if (upload !== undefined) await send(client, upload)
  const { status, received } = await client.answer()
  if (status !== 200 || received !== expect) throw new Error(`${status} with ${received} bytes`)
}

async function send({ socket }: Client, size: number): Promise<void> {
  for (let left = size; left > 0 && !socket.destroyed; left -= BLOCK.length) {
    if (socket.write(BLOCK.subarray(0, Math.min(left, BLOCK.length)))) continue
    await new Promise<void>((resolve) => {
      const go = () => {
        socket.off('drain', go).off('close', go)
        resolve()
      }
      socket.on('drain', go).on('close', go)
    })
  }
}
