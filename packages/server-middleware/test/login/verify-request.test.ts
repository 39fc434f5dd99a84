import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareLogin } from '../support/client.js'
import { send } from '../support/http.js'
import { type Attempt, expectRefusal, type Refusal, startOpenService } from '../support/refusals.js'
import { startService, type TestService } from '../support/service.js'

const METHODS: readonly Refusal[] = [
  { name: 'GET', change: () => ({ method: 'GET', body: undefined }) },
  {
    name: 'GET with a body',
    change: ({ body }: Attempt) => ({ method: 'GET', headers: { 'content-length': `${body?.length}` } }),
  },
  { name: 'PUT', change: () => ({ method: 'PUT' }) },
  { name: 'HEAD', change: () => ({ method: 'HEAD', body: undefined }) },
  { name: 'DELETE', change: () => ({ method: 'DELETE', body: undefined }) },
].map((row) => ({ ...row, status: 405, code: 'ERR_IAM_METHOD' }))

const TYPES: readonly Refusal[] = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': 'application/json; charset=iso-8859-1' },
  { 'content-type': 'application/json; charset=utf-8; x=y' },
  { 'content-type': 'application/jsonx' },
  { 'content-type': 'text/plain; application/json' },
  { 'content-type': undefined },
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'identity' },
].map((headers) => ({
  name: JSON.stringify(headers),
  change: () => ({ headers }),
  status: 415,
  code: 'ERR_IAM_CONTENT_TYPE',
}))

const SIZES: readonly Refusal[] = [
  { name: 'a Content-Length above 32 KiB', headers: { 'content-length': '32769' }, body: Buffer.alloc(32_769, ' ') },
  { name: 'a chunked body above 32 KiB', headers: { 'transfer-encoding': 'chunked' }, body: Buffer.alloc(40_000, ' ') },
].map(({ name, ...change }) => ({ name, change: () => change, status: 413, code: 'ERR_IAM_BODY_SIZE' }))

const SCHEMAS: readonly Refusal[] = (
  [
    ['an empty body', () => ''],
    ['no JSON', () => 'token=1'],
    ['white space', (body) => ` ${body}`],
    ['a member more', (body) => body.replace('}', ',"x":1}')],
    ['version 1', (body) => body.replace('"v":2', '"v":1')],
    ['an escaped letter', (body) => body.replace('"challenge"', '"\\u0063hallenge"')],
    ['a member twice', (body) => body.replace('{"v":2,', '{"v":2,"v":2,')],
    ['an initialisation vector of 11 bytes', (body) => body.replace(/"iv":"(.{15})."/, '"iv":"$1"')],
    ['no data key', (body) => body.replace(/"ek":"[^"]*"/, '"ek":""')],
    ['a data key above what KMS takes', (body) => body.replace(/"ek":"[^"]*"/, `"ek":"${'A'.repeat(8196)}"`)],
    ['bytes that are not UTF-8', () => new Uint8Array([0x22, 0xff, 0x22])],
    ['a byte order mark', (body) => `\ufeff${body}`],
  ] as [string, (body: string) => string | Uint8Array][]
).map(([name, change]) => ({
  name,
  change: ({ body }: Attempt) => ({ body: change(String(body)) }),
  status: 400,
  code: 'ERR_IAM_LOGIN_SCHEMA',
}))

const SITES: readonly Refusal[] = [
  { origin: 'null' },
  { origin: 'https://evil.example' },
  { origin: 'http://127.0.0.1' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
].map((headers) => ({
  name: JSON.stringify(headers),
  change: () => ({ headers }),
  status: 403,
  code: 'ERR_IAM_CROSS_SITE',
}))

describe('a login is refused before its challenge is looked at: no call to AWS', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startOpenService()
  })
  afterAll(() => service.close())

  it.each(METHODS)('method: $name', (row) => expectRefusal(service, row))
  it.each(TYPES)('type: $name', (row) => expectRefusal(service, row))
  it.each(SIZES)('size: $name', (row) => expectRefusal(service, row))
  it.each(SCHEMAS)('schema: $name', (row) => expectRefusal(service, row))
  it.each(SITES)('site: $name', (row) => expectRefusal(service, row))

  it('refuses a length that is too long before any of it comes', async () => {
    const { host, port, hostname } = new URL(service.url)
    const socket = connect(Number(port), hostname)
    socket.write(
      `POST /auth HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 32769\r\n\r\n`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('says which methods there are', async () => {
    const answer = await send(`${service.url}/auth`)
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
  })

  it('says in the log that a body parser came first', async () => {
    const { default: express } = await import('express')
    const parsed = await startService({ before: (app) => app.use(express.json()) })
    const { headers, body } = await prepareLogin(parsed)
    const answer = await send(`${parsed.url}/auth`, { method: 'POST', headers, body })
    expect([answer.status, parsed.codes(), parsed.calls()]).toEqual([500, ['ERR_IAM_BODY_CONSUMED'], []])
    expect(parsed.log.at(-1)).toMatchObject({ level: 'error', reason: expect.stringContaining('belongs before it') })
    await parsed.close()
  })

  it.each(['application/json', 'application/json;charset=UTF-8', 'Application/JSON ; charset="utf-8"'])(
    'takes %s',
    async (type) => {
      const { headers, body } = await prepareLogin(service)
      const sent = { ...headers, 'content-type': type, 'sec-fetch-site': 'same-origin' }
      expect((await send(`${service.url}/auth`, { method: 'POST', headers: sent, body })).status).toBe(204)
    },
  )
})
