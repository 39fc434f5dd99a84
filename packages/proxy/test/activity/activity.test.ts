import { describe, expect, test } from 'vitest'
import { createActivity } from '../../src/activity/activity.js'

const WIKI = 'http://wiki.example.com'
const ALICE = 'arn:aws:iam::123456789012:user/alice'
const DENIED = { code: 'ERR_IAM_ENCRYPT_DENIED', message: 'Denied.', hint: 'Ask.' }
const EXPIRED = { code: 'ERR_IAM_CREDENTIALS_EXPIRED', message: 'Expired.', hint: 'Sign in.' }
const DOWN = { code: 'connection_refused', message: 'refuses', hint: '', isAboutRoute: false }

function start(trusted: readonly string[] = []) {
  const clock = { ms: 1_000 }
  const activity = createActivity(
    (origin) => trusted.includes(origin),
    () => clock.ms,
  )
  return { activity, clock, read: () => activity.read() }
}

test('a service is what has asked for a login, and what is trusted and fails; other traffic leaves nothing', () => {
  const { activity, read } = start(['http://trusted.example.com'])
  activity.answered('http://news.example.com', 200)
  activity.failed({ target: 'http://ads.example.com', ...DOWN })
  expect(read()).toMatchObject({ services: [], events: [], elsewhere: [{ target: 'http://ads.example.com' }] })
  activity.failed({ target: 'http://trusted.example.com', ...DOWN })
  activity.loggedIn({ origin: WIKI, version: 2, arn: ALICE })
  expect(read().services.map(({ origin }) => origin)).toEqual([WIKI, 'http://trusted.example.com'])
  expect(read().events.map(({ kind }) => kind)).toEqual(['login', 'failure'])
})

test('the last answer counts, but the 401 of a refused login does not hide the reason', () => {
  const { activity, clock, read } = start()
  activity.refused({ origin: WIKI, ...DENIED })
  activity.answered(WIKI, 401)
  expect(read().services[0]?.outcome).toEqual({ kind: 'refused', ...DENIED })
  activity.loggedIn({ origin: WIKI, version: 2, arn: ALICE })
  clock.ms = 2_000
  activity.answered(WIKI, 200)
  expect(read().services[0]).toEqual({
    origin: WIKI,
    lastAt: 2_000,
    outcome: { kind: 'answered', status: 200 },
    login: { at: 1_000, version: 2, arn: ALICE },
  })
})

test('what happens again is one event with its count, the newest first; logins stay apart', () => {
  const { activity, read } = start()
  activity.refused({ origin: WIKI, ...DENIED })
  activity.loggedIn({ origin: WIKI, version: 2, arn: ALICE })
  activity.loggedIn({ origin: WIKI, version: 2, arn: ALICE })
  activity.refused({ origin: WIKI, ...DENIED })
  expect(read().events.map(({ kind, count }) => [kind, count])).toEqual([
    ['refusal', 2],
    ['login', 1],
    ['login', 1],
  ])
})

test('is bounded, whoever sends how much', () => {
  const { activity, read } = start()
  for (let index = 0; index < 1_000; index += 1) {
    activity.refused({ origin: `http://s${index}.example.com`, ...DENIED })
    activity.failed({ target: `http://f${index}.example.com`, ...DOWN })
  }
  const { services, events, elsewhere } = read()
  expect([services.length, events.length, elsewhere.length]).toEqual([200, 50, 20])
  expect(services[0]?.origin).toBe('http://s999.example.com')
})

describe('what stands in the way of everything', () => {
  test('is said until a login works', () => {
    const { activity, read } = start()
    activity.refused({ origin: WIKI, ...DENIED })
    expect(read().problem).toBeUndefined()
    activity.refused({ origin: WIKI, ...EXPIRED })
    expect(read().problem).toEqual({ at: 1_000, ...EXPIRED })
    activity.answered(WIKI, 200)
    expect(read().problem).toMatchObject(EXPIRED)
    activity.loggedIn({ origin: WIKI, version: 2, arn: ALICE })
    expect(read().problem).toBeUndefined()
  })

  test('is said when a person has AWS asked, and taken back the same way', () => {
    const { activity, read } = start()
    activity.identified(EXPIRED)
    expect(read().problem).toMatchObject(EXPIRED)
    activity.identified(undefined)
    expect(read().problem).toBeUndefined()
  })

  test.each(['answered', 'connected'] as const)('a bastion that is down is over once something has %s', (how) => {
    const { activity, read } = start()
    activity.failed({ ...DOWN, target: WIKI, message: 'the SOCKS proxy …', isAboutRoute: true })
    expect(read().problem).toMatchObject({ message: 'the SOCKS proxy …' })
    if (how === 'answered') activity.answered('http://news.example.com', 200)
    else activity.connected()
    expect(read().problem).toBeUndefined()
  })
})
