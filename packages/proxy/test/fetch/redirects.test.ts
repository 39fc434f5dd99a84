import type { AddressInfo } from 'node:net'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { NOTHING, ONE_LOGIN, tally } from '../../../../test/support/aws-tally.js'
import { thisTest } from '../../../../test/support/cleanup.js'
import { until } from '../../../../test/support/until.js'
import { createSetting } from './setting.js'

const { aws, iamFetch, startService } = await createSetting()

/** A service without any login, and what it was sent. */
async function startOpenService(define: (app: express.Express) => void) {
  const app = express()
  const arrived: { line: string; headers: Record<string, unknown> }[] = []
  app.use((req, _res, next) => {
    arrived.push({ line: `${req.method} ${req.originalUrl}`, headers: req.headers })
    next()
  })
  define(app)
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  thisTest(() => {
    server.close()
    server.closeAllConnections()
  })
  return { arrived, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const to = (status: number, location: string) => (app: express.Express) =>
  void app.all('/there', (_req, res) => void res.status(status).set('Location', location).end('gone'))

describe('redirects', () => {
  it('are followed within a service, with its session', async () => {
    const service = await startService(thisTest, { before: to(302, '/api/me?x=1#part') })
    const response = await iamFetch()(`${service.url}/there`)
    expect(response).toMatchObject({ status: 200, url: `${service.url}/api/me?x=1`, redirected: true })
    expect(response.clone().redirected).toBe(true)
    expect(await response.json()).toEqual({ arn: aws.state.user('alice').arn })
  })

  it('lead to another service, which is asked and answered for itself', async () => {
    const target = await startService(thisTest)
    const first = await startService(thisTest, { before: to(302, `${target.url}/echo`) })
    const fetch = iamFetch()
    await fetch(first.url)
    aws.resetCalls()
    const response = await fetch(`${first.url}/there`, {
      headers: { authorization: 'Bearer mine', cookie: 'own=1', 'x-id': '7' },
    })
    const { headers } = (await response.json()) as { headers: Record<string, string> }
    expect(tally(aws)).toEqual(ONE_LOGIN)
    expect(headers).toMatchObject({
      'x-id': '7',
      cookie: expect.stringMatching(/^iam_auth=[^;]+; iam_auth\.sig=[^;]+$/),
    })
    expect(headers).not.toHaveProperty('authorization')
    expect(response).toMatchObject({ redirected: true, url: `${target.url}/echo` })
  })

  it('take no session, and nothing else that was meant for the first service, to a stranger', async () => {
    const stranger = await startOpenService((app) => app.all('/', (_req, res) => void res.end('thanks')))
    const service = await startService(thisTest, { before: (app) => to(307, stranger.url)(app) })
    const fetch = iamFetch()
    await fetch(service.url)
    const init = { method: 'POST', body: 'text', headers: { authorization: 'Bearer mine', cookie: 'own=1' } }
    expect(await (await fetch(`${service.url}/there`, init)).text()).toBe('thanks')
    expect(stranger.arrived).toMatchObject([{ line: 'POST /' }])
    expect(stranger.arrived[0]?.headers).not.toHaveProperty('cookie')
    expect(stranger.arrived[0]?.headers).not.toHaveProperty('authorization')
  })

  it('of another origin change nothing at a service: only GET and HEAD are logged in there', async () => {
    const target = await startService(thisTest)
    const hostile = await startOpenService((app) => to(307, `${target.url}/echo`)(app))
    const fetch = iamFetch()
    await fetch(target.url)
    aws.resetCalls()
    const response = await fetch(`${hostile.url}/there`, { method: 'POST', body: 'delete everything' })
    expect([response.status, fetch.refusalOf(response)?.code]).toEqual([401, 'ERR_IAM_REDIRECTED'])
    expect(target.seen).toEqual(['GET /'])
    expect(tally(aws)).toEqual(NOTHING)
    expect((await fetch(`${hostile.url}/there`)).status).toBe(200)
  })

  it('of another origin are foreign still behind a redirect within the service', async () => {
    const service = await startService(thisTest, { before: to(307, '/echo') })
    const hostile = await startOpenService((app) => to(307, `${service.url}/there`)(app))
    const fetch = iamFetch()
    const response = await fetch(`${hostile.url}/there`, { method: 'DELETE' })
    expect([response.status, fetch.refusalOf(response)?.code]).toEqual([401, 'ERR_IAM_REDIRECTED'])
    expect(response.url).toBe(`${service.url}/echo`)
  })

  it('are not followed where the program says so', async () => {
    const service = await startService(thisTest, { before: to(302, '/api/me') })
    const fetch = iamFetch()
    const response = await fetch(`${service.url}/there`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, '/api/me'])
    await expect(fetch(`${service.url}/there`, { redirect: 'error' })).rejects.toThrow(TypeError)
    expect((await fetch(`${service.url}/api/me`, { redirect: 'error' })).status).toBe(200)
  })

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [302, 'PUT', 'PUT'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
  ])('%i of a %s is a %s, just as in the fetch below', async (status, method, expected) => {
    const open = await startOpenService((app) => {
      to(status, '/end')(app)
      app.all('/end', (req, res) => void res.set('x-seen', `${req.method} ${req.get('content-type')}`).end())
    })
    const init = { method, ...(method !== 'HEAD' && { body: new URLSearchParams({ a: 'b' }) }) }
    const [ours, theirs] = [await iamFetch()(`${open.url}/there`, init), await fetch(`${open.url}/there`, init)]
    expect(ours.headers.get('x-seen')).toBe(theirs.headers.get('x-seen'))
    expect(ours.headers.get('x-seen')).toMatch(new RegExp(`^${expected} `))
    expect(ours.url).toBe(theirs.url)
  })

  it.each([
    ['round and round', '/there'],
    ['to a file', 'file:///etc/passwd'],
    ['to data of its own', 'data:text/plain,hello'],
    ['to what is no URL', 'http://'],
  ])('%s end as a fetch that failed', async (_, location) => {
    const open = await startOpenService(to(302, location))
    await expect(iamFetch()(`${open.url}/there`)).rejects.toThrow(TypeError)
    expect(open.arrived.length).toBe(location === '/there' ? 21 : 1)
  })

  it('take a short stream along, and give up on one without end', async () => {
    const open = await startOpenService((app) => {
      to(307, '/end')(app)
      app.all('/end', (req, res) => void req.pipe(res))
    })
    const post = (body: ReadableStream, signal?: AbortSignal) =>
      iamFetch()(`${open.url}/there`, { method: 'POST', body, duplex: 'half', ...(signal && { signal }) })
    expect(await (await post(new Blob(['short']).stream())).text()).toBe('short')
    const controller = new AbortController()
    let isCancelled = false
    const endless = new ReadableStream({
      start: (stream) => stream.enqueue(Buffer.from('a beginning')),
      cancel: () => {
        isCancelled = true
      },
    })
    const call = post(endless, controller.signal)
    await until('the redirect has come', () => open.arrived.length === 3)
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    expect(isCancelled).toBe(true)
  })

  it('without a Location are answers', async () => {
    const open = await startOpenService((app) => app.get('/there', (_req, res) => void res.status(304).end()))
    expect((await iamFetch()(`${open.url}/there`)).status).toBe(304)
  })
})
