import { expect, test } from 'vitest'
import { startOrigin, startProxy, waitFor } from '../server/rig.js'

const signal = new AbortController().signal

test('sends a request of the login layer’s own and returns the whole answer', async () => {
  const origin = await startOrigin((request, response) => {
    request.setEncoding('utf8').on('data', (body) => {
      response.writeHead(204, { 'set-cookie': ['a=1', 'b=2'], 'x-got': `${request.method} ${request.url} ${body}` })
    })
    request.on('end', () => response.end())
  })
  const { upstream } = await startProxy()
  const answer = await upstream.sendToOrigin({
    origin: origin.url,
    method: 'POST',
    path: '/auth',
    rawHeaders: ['Host', origin.host, 'Content-Type', 'application/json'],
    body: '{"é":1}',
    signal,
    timeoutMs: 1000,
  })
  expect(answer.status).toBe(204)
  expect(answer.rawHeaders).toEqual(expect.arrayContaining(['set-cookie', 'a=1', 'set-cookie', 'b=2']))
  expect(answer.body).toBe('')
})

const get = (origin: { url: string; host: string }) =>
  ({
    origin: origin.url,
    method: 'GET',
    path: '/',
    rawHeaders: ['Host', origin.host],
    signal,
    timeoutMs: 1000,
  }) as const

test('follows no redirect', async () => {
  const origin = await startOrigin((_, response) => response.writeHead(302, { location: '/x' }).end('there'))
  const { upstream } = await startProxy()
  expect(await upstream.sendToOrigin(get(origin))).toMatchObject({ status: 302, body: 'there' })
})

test('cuts a body at 64 KiB and closes', async () => {
  const origin = await startOrigin((_, response) => response.end('x'.repeat(5_000_000)))
  const { upstream } = await startProxy()
  const { body } = await upstream.sendToOrigin(get(origin))
  expect(body).toHaveLength(64 * 1024)
  await waitFor(() => origin.open.size === 0)
})

test('rejects when the time is up, before and within the body', async () => {
  for (const begin of [false, true]) {
    const origin = await startOrigin((_, response) => void (begin && response.write('x')))
    const { upstream } = await startProxy()
    await expect(upstream.sendToOrigin({ ...get(origin), timeoutMs: 50 })).rejects.toThrow()
    await waitFor(() => origin.open.size === 0)
  }
})

test('rejects when aborted', async () => {
  const origin = await startOrigin(() => {})
  const { upstream } = await startProxy()
  const controller = new AbortController()
  const sent = upstream.sendToOrigin({ ...get(origin), signal: controller.signal })
  await waitFor(() => origin.open.size === 1)
  controller.abort()
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' })
  await waitFor(() => origin.open.size === 0)
})

test('obeys the destination policy', async () => {
  const origin = await startOrigin((_, response) => response.end())
  const { upstream } = await startProxy({ allowLoopback: false })
  await expect(upstream.sendToOrigin(get(origin))).rejects.toMatchObject({ code: 'EDESTINATION' })
})
