import { describe, expect, it } from 'vitest'
import { nodePeers } from '../../bench/contenders/node-peers.js'
import { ours } from '../../bench/contenders/ours.js'
import { unfitness } from '../../bench/machine/machine.js'
import { formatTable } from '../../bench/report/table.js'
import { chooseScenarios } from '../../bench/scenarios/all.js'
import { findProgram } from '../support/programs.js'

const reason = unfitness() ?? (findProgram('wrk') === undefined ? 'wrk is missing: apt-get install wrk' : undefined)
if (reason !== undefined) console.warn(`SKIPPED: ${reason}; so the benchmark is not tried`)

describe.skipIf(reason !== undefined)('a benchmark of one round', () => {
  it('has every contender do its work without an error', async () => {
    const [scenario] = chooseScenarios(['forward-32'], false)
    const contenders = [ours, ...nodePeers.filter(({ name }) => name === 'node:http by hand')]
    const plan = { rounds: 1, warmUps: 0, seconds: 1, isShort: true }
    const result = await scenario!.run({ plan, contenders, say: () => undefined })
    expect(result.rows.map(({ contender, errors }) => [contender, errors])).toEqual([
      ['direct', 0],
      ['iam-auth-proxy', 0],
      ['node:http by hand', 0],
    ])
    for (const { figures } of result.rows) expect(figures['rate']?.median).toBeGreaterThan(0)
    expect(formatTable(result)).toContain('▶ iam-auth-proxy')
  })

  it.each(['cold', 'download', 'upload', 'tunnel', 'connect', 'intercept', 'websocket', 'leaf', 'socks'])(
    'does all that it counts: %s',
    async (name) => {
      const [scenario] = chooseScenarios([name], false)
      const plan = { rounds: 1, warmUps: 0, seconds: 1, isShort: true }
      const { rows } = await scenario!.run({ plan, contenders: [ours], say: () => undefined })
      expect(rows.find(({ role }) => role === 'ours')).toMatchObject({ errors: 0, figures: { cpu: expect.anything() } })
    },
  )

  it('sees the memory that bodies and clients take', async () => {
    const [scenario] = chooseScenarios(['memory'], false)
    const plan = { rounds: 1, warmUps: 0, seconds: 1, isShort: true }
    const { rows } = await scenario!.run({ plan, contenders: [ours], say: () => undefined })
    const figures = { clients: expect.anything(), download: expect.anything(), upload: expect.anything() }
    expect(rows).toMatchObject([{ errors: 0, figures }])
  }, 30_000)

  it('follows what grows', async () => {
    const [scenario] = chooseScenarios(['growth'], true)
    const plan = { rounds: 1, warmUps: 0, seconds: 1, isShort: true }
    const { rows, curves } = await scenario!.run({ plan, contenders: [ours], say: () => undefined })
    expect(rows.map(({ errors }) => errors)).toEqual(rows.map(() => 0))
    expect(curves?.map(({ points }) => points.length)).toEqual(rows.map(() => 2))
    // Memory may be less afterwards: a collection falls where it falls.
    const times = curves?.filter(({ cost }) => cost.startsWith('CPU')).flatMap(({ points }) => points) ?? []
    for (const [, cost] of times) expect(cost).toBeGreaterThan(0)
  }, 180_000)

  it('soaks the proxy in everything at once, and looks into it', async () => {
    const [scenario] = chooseScenarios(['soak'], false)
    const plan = { rounds: 1, warmUps: 0, seconds: 1, isShort: true }
    const { rows, notes } = await scenario!.run({ plan, contenders: [ours], say: () => undefined })
    const figures = { heapEnd: expect.anything(), left: { median: 0 }, turnMax: expect.anything() }
    expect(rows).toMatchObject([{ errors: 0, figures }])
    for (const kind of ['clients that left', 'answers cut short', '1-GiB uploads', 'WebSockets', 'tunnels cut']) {
      expect(notes.join('\n')).toMatch(new RegExp(`[1-9]\\d* ${kind}`))
    }
  }, 60_000)

  it('logs in once for each service, however many ask at once, with one call of KMS on each side and one of STS', async () => {
    const [scenario] = chooseScenarios(['login'], false)
    const plan = { rounds: 1, warmUps: 0, seconds: 1, isShort: true }
    const { rows } = await scenario!.run({ plan, contenders: [ours], say: () => undefined })
    const calls = ['Encrypt', 'Decrypt', 'GetCallerIdentity']
    const logins = rows.filter(({ role }) => role === 'ours')
    const counted = logins.map(({ errors, figures }) => [errors, ...calls.map((name) => figures[name]?.median)])
    expect(counted).toEqual(logins.map(() => [0, 1, 1, 1]))
    expect(logins).toHaveLength(4)
    expect(rows.find(({ role }) => role === 'direct')?.figures['cpu']?.median).toBeGreaterThan(0)
  })

  it('lets somebody with a session in without a call of AWS', async () => {
    const [scenario] = chooseScenarios(['middleware'], false)
    const plan = { rounds: 1, warmUps: 0, seconds: 1, isShort: true }
    const { rows } = await scenario!.run({ plan, contenders: [ours], say: () => undefined })
    expect(rows.map(({ contender, errors, figures }) => [contender, errors, figures['calls']?.median])).toEqual([
      ['nothing', 0, 0],
      ['cookie-session', 0, 0],
      ['iamAuth()', 0, 0],
    ])
  })

  it('sees when the proxy listens', async () => {
    const [scenario] = chooseScenarios(['startup'], false)
    const plan = { rounds: 1, warmUps: 0, seconds: 1, isShort: true }
    const { rows } = await scenario!.run({ plan, contenders: [ours], say: () => undefined })
    expect(rows.map(({ contender }) => contender)).toEqual(['node -e 0', 'iam-auth-proxy'])
  })
})
