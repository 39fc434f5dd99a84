import { createHash, randomBytes } from 'node:crypto'
import http from 'node:http'
import { expect, test } from 'vitest'
import { connectRaw, requestBytes, startOrigin, startProxy, waitFor } from './rig.js'

const GIB = 1024 ** 3
const BLOCK = Buffer.alloc(1024 * 1024)

/** The most memory the process had while `work` ran, above what it had before, in MB. */
async function growthDuring(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss()
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 20)
  await work()
  clearInterval(timer)
  return (most - before) / 1e6
}

function requestThrough(proxyPort: number, url: string, options: http.RequestOptions = {}) {
  const { host } = new URL(url)
  return http.request({ host: '127.0.0.1', port: proxyPort, path: url, headers: { host }, agent: false, ...options })
}

test('1 GiB down in flat memory', async () => {
  const origin = await startOrigin((_, response) => {
    response.setHeader('content-length', GIB)
    let left = GIB / BLOCK.length
    const push = () => {
      while (left-- > 0) if (!response.write(BLOCK)) return void response.once('drain', push)
      response.end()
    }
    push()
  })
  const proxy = await startProxy()
  let received = 0
  const growth = await growthDuring(
    () =>
      new Promise((resolve, reject) => {
        const request = requestThrough(proxy.port, `${origin.url}/`)
        request.on('error', reject)
        request.on('response', (answer) => {
          answer.on('data', (chunk) => {
            received += chunk.length
          })
          answer.on('end', resolve)
        })
        request.end()
      }),
  )
  expect(received).toBe(GIB)
  expect(growth).toBeLessThan(100)
})

test('1 GiB up in flat memory', async () => {
  let received = 0
  const origin = await startOrigin((request, response) => {
    request.on('data', (chunk) => {
      received += chunk.length
    })
    request.on('end', () => response.end('done'))
  })
  const proxy = await startProxy()
  const growth = await growthDuring(
    () =>
      new Promise((resolve, reject) => {
        const { host } = new URL(origin.url)
        const request = requestThrough(proxy.port, `${origin.url}/`, {
          method: 'PUT',
          headers: { host, 'content-length': GIB },
        })
        request.on('error', reject)
        request.on('response', (answer) => answer.resume().on('end', () => resolve()))
        let left = GIB / BLOCK.length
        const push = () => {
          while (left-- > 0) if (!request.write(BLOCK)) return void request.once('drain', push)
          request.end()
        }
        push()
      }),
  )
  expect(received).toBe(GIB)
  expect(growth).toBeLessThan(100)
})

test('a client that does not read holds the service back', async () => {
  let sent = 0
  const origin = await startOrigin((_, response) => {
    const push = () => {
      do sent += BLOCK.length
      while (response.write(BLOCK))
      response.once('drain', push)
    }
    push()
  })
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.socket.pause()
  client.write(requestBytes(`${origin.url}/`))
  await settled(() => sent)
  expect(sent).toBeLessThan(40 * BLOCK.length)
  client.socket.destroy()
  await waitFor(() => origin.open.size === 0)
})

test('a service that does not read holds the client back', async () => {
  const origin = await startOrigin((request) => void request.pause())
  const proxy = await startProxy()
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`, [`Content-Length: ${GIB}`], 'POST'))
  let sent = 0
  const push = () => {
    do sent += BLOCK.length
    while (client.write(BLOCK))
    client.socket.once('drain', push)
  }
  push()
  await settled(() => sent)
  expect(sent).toBeLessThan(40 * BLOCK.length)
})

test.each(['content-length', 'chunked'])('random bytes come back the same (%s)', async (framing) => {
  const body = randomBytes(3_000_001)
  const origin = await startOrigin((request, response) => void request.pipe(response))
  const proxy = await startProxy()
  const { host } = new URL(origin.url)
  const headers =
    framing === 'chunked' ? { host, 'transfer-encoding': 'chunked' } : { host, 'content-length': body.length }
  const hash = createHash('sha256')
  await new Promise<void>((resolve, reject) => {
    const request = requestThrough(proxy.port, `${origin.url}/`, { method: 'POST', headers })
    request.on('error', reject)
    request.on('response', (answer) => {
      answer.on('data', (chunk) => hash.update(chunk))
      answer.on('end', resolve)
    })
    request.end(body)
  })
  expect(hash.digest('hex')).toBe(createHash('sha256').update(body).digest('hex'))
})

/** Waits until a count has stopped growing. */
async function settled(count: () => number): Promise<void> {
  let last = -1
  let still = 0
  await waitFor(() => {
    still = count() === last ? still + 1 : 0
    last = count()
    return last > 0 && still > 40
  }, 10_000)
}
