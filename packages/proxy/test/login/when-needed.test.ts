import { expect, test, vi } from 'vitest'
import type { ChallengeAnswer, ChallengedExchange } from '../../src/login/exchange.js'
import { loginWhenNeeded } from '../../src/login/when-needed.js'

const exchange = { origin: 'http://wiki.example' } as ChallengedExchange
const PASS: ChallengeAnswer = { kind: 'pass' }
const CALLER = { credentials: {}, principal: {} } as never

function rig() {
  const kept = new Set(['http://wiki.example'])
  const sessions = { has: (origin: string) => kept.has(origin), forget: (origin: string) => void kept.delete(origin) }
  const layer = { answer: vi.fn(async () => PASS), sessions }
  const identity = Object.assign(async (_region: string) => CALLER, { known: () => CALLER })
  const create = vi.fn(async () => ({ layer, identity }))
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  return { create, layer, log, login: loginWhenNeeded(create, log as never) }
}

test('is loaded once, by whoever comes first, and all are answered by it', async () => {
  const { create, layer, login } = rig()
  expect(create).not.toHaveBeenCalled()
  const answers = await Promise.all([login.layer.answer(exchange), login.layer.answer(exchange), login.identity('x')])
  await login.getReady()
  expect(answers).toEqual([PASS, PASS, CALLER])
  expect(layer.answer).toHaveBeenCalledTimes(2)
  expect(create).toHaveBeenCalledTimes(1)
})

test('knows nobody and keeps nothing before it is loaded, and is not loaded by being asked that', async () => {
  const { create, login } = rig()
  const { sessions } = login.layer
  sessions.forget('http://wiki.example')
  expect([sessions.has('http://wiki.example'), login.identity.known()]).toEqual([false, undefined])
  expect(create).not.toHaveBeenCalled()
  await login.getReady()
  expect([sessions.has('http://wiki.example'), login.identity.known()]).toEqual([true, CALLER])
  sessions.forget('http://wiki.example')
  expect(sessions.has('http://wiki.example')).toBe(false)
})

test('what cannot be loaded lets the service’s own answer through, is told, and is tried again', async () => {
  const { create, log, login } = rig()
  create.mockRejectedValue(new TypeError('no such file'))
  await login.getReady()
  expect(await login.layer.answer(exchange)).toEqual(PASS)
  expect(log.error).toHaveBeenCalledWith(
    { origin: 'http://wiki.example', error: 'TypeError' },
    'what a login takes cannot be loaded',
  )
  await expect(login.identity('x')).rejects.toThrow('no such file')
  create.mockReset().mockResolvedValue(await rig().create())
  expect(await login.identity('x')).toBe(CALLER)
  expect(create).toHaveBeenCalledTimes(1)
})
