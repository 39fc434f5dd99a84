import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { FIRST_LOGIN, NOTHING, tally } from '../../../../test/support/aws-tally.js'
import { thisTest } from '../../../../test/support/cleanup.js'
import { createSetting } from './setting.js'

const { aws, iamFetch, startService } = await createSetting()

interface Echo {
  readonly method: string
  readonly size: number
  readonly sha256: string
  readonly text: string
  readonly headers: Record<string, string>
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const small = Buffer.from('a small body')
const large = randomBytes(3 * 1024 * 1024)

function streamOf(bytes: Uint8Array, { chunk = 64 * 1024 } = {}): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + chunk))
      at += chunk
    },
  })
}

function form(): FormData {
  const data = new FormData()
  data.set('note', 'whole')
  data.set('file', new Blob([small]), 'file.txt')
  return data
}

describe('bodies', () => {
  it.each<[string, () => unknown, string, string | undefined]>([
    ['text', () => 'a small body', 'a small body', 'text/plain;charset=UTF-8'],
    ['a Buffer', () => small, 'a small body', undefined],
    ['an ArrayBuffer', () => new Uint8Array(small).buffer, 'a small body', undefined],
    [
      'URLSearchParams',
      () => new URLSearchParams({ a: 'b c' }),
      'a=b+c',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    ['a Blob', () => new Blob([small], { type: 'text/x-test' }), 'a small body', 'text/x-test'],
    ['a short stream', () => streamOf(small, { chunk: 5 }), 'a small body', undefined],
    ['a short Readable', () => Readable.from([small]), 'a small body', undefined],
    ['an empty stream', () => streamOf(Buffer.alloc(0)), '', undefined],
  ])('of %s arrive whole behind the first login', async (_, body, text, type) => {
    const service = await startService(thisTest)
    const init = { method: 'POST', body: body() as string, duplex: 'half' as const }
    const echo = (await (await iamFetch()(`${service.url}/echo`, init)).json()) as Echo
    expect(echo).toMatchObject({ method: 'POST', text })
    expect(echo.headers['content-type']).toBe(type)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('of a form have the boundary that their header says', async () => {
    const service = await startService(thisTest)
    const echo = (await (await iamFetch()(`${service.url}/echo`, { method: 'POST', body: form() })).json()) as Echo
    const boundary = /boundary=(.+)$/.exec(echo.headers['content-type'] ?? '')?.[1] ?? 'none'
    expect(echo.text.split(`--${boundary}`)).toHaveLength(4)
    expect(echo.text).toContain('a small body')
  })

  it('of a Request arrive as well, and the Request is used up', async () => {
    const service = await startService(thisTest)
    const request = new Request(`${service.url}/echo`, { method: 'PUT', body: form(), headers: { 'x-id': '7' } })
    const echo = (await (await iamFetch()(request)).json()) as Echo
    expect(echo).toMatchObject({ method: 'PUT', headers: { 'x-id': '7' } })
    expect(echo.text).toContain('a small body')
    expect(request.bodyUsed).toBe(true)
    await expect(iamFetch()(request)).rejects.toThrow(TypeError)
  })

  it('of a long stream are sent once, behind a login made before', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch()
    expect(await fetch.login(service.url)).toBe(true)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    const upload = () => fetch(`${service.url}/echo`, { method: 'POST', body: streamOf(large), duplex: 'half' })
    expect(await (await upload()).json()).toMatchObject({ size: large.length, sha256: sha256(large) })
    expect(service.arrived.filter((line) => line === 'POST /echo')).toHaveLength(1)
    expect(await fetch.login(service.url)).toBe(true)
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('of a long stream to a trusted service need no login before: a HEAD makes sure of it', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch({ trust: [service.url] })
    const init = { method: 'POST', body: streamOf(large), duplex: 'half', headers: { 'content-type': 'x/y' } } as const
    expect(await (await fetch(`${service.url}/echo`, init)).json()).toMatchObject({ sha256: sha256(large) })
    expect(service.arrived).toEqual(['HEAD /echo', 'POST /auth', 'HEAD /echo', 'POST /echo'])
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('of a long stream are not sent where that login is refused', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch({ trust: [service.url], credentials: async () => aws.issueSession({ user: 'server' }) })
    const response = await fetch(`${service.url}/echo`, { method: 'POST', body: streamOf(large), duplex: 'half' })
    expect([response.status, fetch.refusalOf(response)?.code]).toEqual([401, 'ERR_IAM_ENCRYPT_DENIED'])
    expect(service.arrived).toEqual(['HEAD /echo'])
  })

  it('of a long stream that were lost are an error that says what to do, and that works', async () => {
    const service = await startService(thisTest)
    const fetch = iamFetch()
    const upload = () => fetch(`${service.url}/echo`, { method: 'POST', body: streamOf(large), duplex: 'half' })
    await expect(upload()).rejects.toMatchObject({
      code: 'ERR_IAM_BODY_NOT_KEPT',
      hint: expect.stringContaining(`await iamFetch.login('${service.url}')`),
    })
    expect(await (await upload()).json()).toMatchObject({ size: large.length })
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  it('of a stream without end are given up, and their source is told', async () => {
    const service = await startService(thisTest)
    let call: Promise<Response> | undefined
    const cancelled = new Promise<void>((resolve) => {
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
        cancel: () => resolve(),
      })
      const init = { method: 'POST', body, duplex: 'half' } as const
      call = iamFetch()(`${service.url}/echo`, init)
    })
    await expect(call).rejects.toMatchObject({ code: 'ERR_IAM_BODY_NOT_KEPT' })
    await cancelled
  })

  it('of a stream that breaks are a fetch that failed, and no login is made for them', async () => {
    const service = await startService(thisTest)
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new Error('the disk is gone')),
    })
    const init = { method: 'POST', body: broken, duplex: 'half' } as const
    await expect(iamFetch()(`${service.url}/echo`, init)).rejects.toThrow()
    expect(tally(aws)).toEqual(NOTHING)
  })

  it('of services that answer at length are streamed', async () => {
    const service = await startService(thisTest)
    const response = await iamFetch()(`${service.url}/events`)
    const reader = response.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(':\n\n')
    service.emit('data: 1\n\n')
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n')
    await reader?.cancel()
  })
})
