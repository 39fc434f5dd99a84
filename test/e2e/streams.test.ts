import { once } from 'node:events'
import type http from 'node:http'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { AbsoluteFormAgent } from '../support/absolute-form-agent.js'
import { NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { keysOf, startProxy, type TestProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { openThrough } from '../support/streaming.js'
import { until } from '../support/until.js'

const forFile = thisFile()
let aws: LocalAws
let proxy: TestProxy

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  proxy = await startProxy(aws, forFile)
  const first = await startService(aws, forFile)
  await (await openThrough(proxy, first.url, forFile)).whole
})
beforeEach(() => aws.resetCalls())

/** A WebSocket client that sends its upgrade in absolute form, as one that knows about the proxy does. */
function connect(url: string, headers: Record<string, string> = {}, through: TestProxy = proxy): WebSocket {
  const socket = new WebSocket(url.replace('http:', 'ws:'), {
    headers,
    agent: new AbsoluteFormAgent(through.port),
  })
  socket.on('error', () => undefined)
  thisTest(() => socket.terminate())
  return socket
}

async function statusOfRefusal(socket: WebSocket): Promise<number | undefined> {
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, http.IncomingMessage]
  answer.resume()
  return answer.statusCode
}

describe('a WebSocket in absolute form', () => {
  test('without a session is logged in and connected', async () => {
    const { url } = await startService(aws, thisTest)
    const socket = connect(`${url}/socket`)
    expect(String((await once(socket, 'message'))[0])).toBe(`hello ${aws.state.user('alice').arn}`)
    socket.send('ping')
    expect(String((await once(socket, 'message'))[0])).toBe('echo ping')
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('with the session of the same client connects without another login', async () => {
    const { url } = await startService(aws, thisTest)
    const { headers } = await openThrough(proxy, `${url}/`, thisTest)
    const cookie = (headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ')
    const socket = connect(`${url}/socket`, { cookie })
    expect(String((await once(socket, 'message'))[0])).toBe(`hello ${aws.state.user('alice').arn}`)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('of a page of its own origin is logged in, and one of another page is refused without any call', async () => {
    const { url } = await startService(aws, thisTest)
    const foreign = connect(`${url}/socket`, { origin: 'http://evil.test' })
    expect(await statusOfRefusal(foreign)).toBe(401)
    expect(tally(aws)).toEqual(NOTHING)
    const own = connect(`${url}/socket`, { origin: url })
    expect(String((await once(own, 'message'))[0])).toMatch(/^hello arn:/)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('is refused with the service’s own 401 where IAM does not let the person in', async () => {
    const { url } = await startService(aws, thisTest)
    const other = await startProxy(aws, thisTest, { credentials: keysOf(aws, 'server') })
    expect(await statusOfRefusal(connect(`${url}/socket`, {}, other))).toBe(401)
    expect(tally(aws)).toEqual({ Encrypt: 1, GetCallerIdentity: 1 })
  })
})

describe('an answer that takes its time', () => {
  test.each([
    ['server-sent events', '/events', ':\n\n', (text: string) => `data: ${text}\n\n`],
    ['a slow chunked body', '/slow', '.', (text: string) => text],
  ])('%s arrive live, one piece at a time, after a login', async (_name, path, opening, format) => {
    const service = await startService(aws, thisTest)
    const answer = await openThrough(proxy, service.url + path, thisTest)
    expect(answer.status).toBe(200)
    await answer.readTo(opening)
    for (const text of ['one', 'two', 'three']) {
      service.emit(format(text))
      await answer.readTo(format(text))
    }
    service.closeStreams()
    expect(await answer.whole).toBe(opening + ['one', 'two', 'three'].map(format).join(''))
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('a client that goes away ends the stream at the service', async () => {
    const service = await startService(aws, thisTest)
    const undos: (() => unknown)[] = []
    const answer = await openThrough(proxy, `${service.url}/events`, (undo) => void undos.push(undo))
    answer.whole.catch(() => undefined)
    await answer.readTo(':\n\n')
    for (const undo of undos) undo()
    await until('the service sees the end', () => service.streams() === 0)
  })
})
