import { expect, test, vi } from 'vitest'
import type { ChallengeAnswer, ChallengedExchange } from '../../src/login/exchange.js'
import { loginWhenNeeded } from '../../src/login/when-needed.js'

const exchange = {} as ChallengedExchange
const PASS: ChallengeAnswer = { kind: 'pass' }
const CALLER = { credentials: {}, principal: {} } as never

function rig() {
  const kept = new Set(['http://wiki.example'])
  const sessions = { has: (origin: string) => kept.has(origin), forget: (origin: string) => void kept.delete(origin) }
  const layer = { answer: vi.fn(async () => PASS), sessions }
  const identity = Object.assign(async (_region: string) => CALLER, { known: () => CALLER })
  const create = vi.fn(async () => ({ layer, identity }))
  return { create, layer, login: loginWhenNeeded(create) }
}

test('is loaded once, by whoever comes first, and all are answered by it', async () => {
  const { create, layer, login } = rig()
  expect(create).not.toHaveBeenCalled()
  const answers = await Promise.all([login.layer.answer(exchange), login.layer.answer(exchange), login.identity('x')])
  await login.load()
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
  await login.load()
  expect([sessions.has('http://wiki.example'), login.identity.known()]).toEqual([true, CALLER])
  sessions.forget('http://wiki.example')
  expect(sessions.has('http://wiki.example')).toBe(false)
})
