import net from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Http1Pool } from '../../../src/upstream/http1/pool.js'

const HOST = '127.0.0.1'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

test('a connection carries one request after the other, the last used one first', async () => {
  const { pool, port, accepted } = await startService(() => OK)
  for (const _ of [1, 2, 3]) expect(await ask(pool, port)).toBe('ok')
  expect([accepted(), pool.counts]).toEqual([1, { open: 1, idle: 1 }])
})

test('what an idle connection brings is no answer, and ends it', async () => {
  const { pool, port, accepted, sockets } = await startService(() => OK)
  expect(await ask(pool, port)).toBe('ok')
  sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')
  await until(() => pool.counts.open === 0)
  expect(await ask(pool, port)).toBe('ok')
  expect(accepted()).toBe(2)
})

test.each([
  ['has more to say than its answer', `${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`],
  ['says that it will close it', OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')],
  ['speaks HTTP/1.0 and does not say that it will keep it', OK.replace('HTTP/1.1', 'HTTP/1.0')],
])('a connection is not used again where the service %s', async (_, answer) => {
  const { pool, port, accepted } = await startService(() => answer)
  expect(await ask(pool, port)).toBe('ok')
  expect(pool.counts.idle).toBe(0)
  expect(await ask(pool, port)).toBe('ok')
  expect(accepted()).toBe(2)
})

test('a connection is not used again where the answer came before the end of the upload', async () => {
  const { pool, port } = await startService(() => OK)
  const headers = ['Host', HOST, 'Content-Length', '10']
  const request = pool.request({ host: HOST, port, method: 'POST', path: '/', headers })
  const body = read(request)
  request.write(Buffer.from('abc'))
  expect(await body).toBe('ok')
  expect(pool.counts.idle).toBe(0)
  await until(() => pool.counts.open === 0)
})

test('what is no HTTP is refused at once, though the service stays', async () => {
  const { pool, port } = await startService(() => 'SSH-2.0-OpenSSH_9.2\r\n')
  await expect(ask(pool, port)).rejects.toMatchObject({ code: 'HPE_INVALID_CONSTANT' })
})

test('an answer that nobody reads is held back, and its connection is whole again once it is read', async () => {
  const size = 4 * 1024 * 1024
  const { pool, port, sockets } = await startService(
    () => `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`,
  )
  const request = pool.request({ host: HOST, port, method: 'GET', path: '/', headers: ['Host', HOST] })
  request.end()
  const answer = await new Promise<never>((resolve) => request.on('response', resolve))
  await wait(100)
  expect(sockets[0]?.writableLength).toBeGreaterThan(0)
  let received = 0
  for await (const bytes of answer as AsyncIterable<Buffer>) received += bytes.length
  expect([received, pool.counts]).toEqual([size, { open: 1, idle: 1 }])
})

test('whatever is given up takes its connection along, at any moment', async () => {
  const { pool, port } = await startService(() => 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')
  for (const afterMs of [0, 1, 5, 50]) {
    const request = pool.request({ host: HOST, port, method: 'GET', path: '/', headers: ['Host', HOST] })
    const closed = new Promise<void>((resolve) => request.once('close', resolve))
    request.end()
    await wait(afterMs)
    request.destroy()
    await closed
  }
  await until(() => pool.counts.open === 0)
})

async function startService(answer: () => string) {
  const sockets: net.Socket[] = []
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {}).on('data', () => socket.write(answer(), 'latin1'))
  })
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  const pool = new Http1Pool(async (target) => net.connect(target))
  onTestFinished(() => {
    pool.destroy()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { pool, sockets, accepted: () => sockets.length, port: (server.address() as net.AddressInfo).port }
}

function ask(pool: Http1Pool, port: number): Promise<string> {
  const request = pool.request({ host: HOST, port, method: 'GET', path: '/', headers: ['Host', HOST] })
  request.end()
  return read(request)
}

function read(request: ReturnType<Http1Pool['request']>): Promise<string> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', async (answer: AsyncIterable<Buffer>) => {
      const pieces: Buffer[] = []
      try {
        for await (const bytes of answer) pieces.push(bytes)
        resolve(Buffer.concat(pieces).toString())
      } catch (error) {
        reject(error)
      }
    })
  })
}

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5000; !isSo(); ) {
    if (Date.now() > deadline) throw new Error('it did not come to that')
    await wait(5)
  }
}
