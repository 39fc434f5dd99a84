import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../bench/arguments.js'
import { allContenders, chooseContenders, contendersOf } from '../../bench/contenders/all.js'
import { chooseScenarios } from '../../bench/scenarios/all.js'

describe('the command line of the benchmark', () => {
  it('measures everything five times by default', () => {
    expect(parseArguments([])).toMatchObject({
      plan: { rounds: 5, isShort: false },
      only: [],
      proxies: [],
      install: false,
    })
  })

  it('measures less in the short form', () => {
    const { rounds, seconds, isShort } = parseArguments(['--short']).plan
    expect({ rounds, seconds, isShort }).toEqual({ rounds: 3, seconds: 1, isShort: true })
  })

  it('takes proxies of others, whose commands may hold a =', () => {
    const { proxies } = parseArguments(['--proxy', 'mine=my --port={port}', '--proxy', 'b=b {port} {upstream}'])
    expect(proxies).toEqual([
      ['mine', 'my --port={port}'],
      ['b', 'b {port} {upstream}'],
    ])
  })

  it.each([
    [['--proxy', 'mine=my'], 'is NAME='],
    [['--rounds', 'x'], '--rounds is a whole number'],
    [['--rounds', '2.5'], '--rounds is a whole number'],
    [['--rounds', '0'], '--rounds is a whole number'],
    [['--fast'], '--fast'],
  ])('refuses %j and says why', (args, reason) => {
    expect(() => parseArguments(args)).toThrow(reason)
  })

  it('chooses contenders alike, ours always among them', () => {
    const all = allContenders([])
    expect(chooseContenders(all, [])).toEqual(all)
    expect(chooseContenders(all, ['squid']).map(({ name }) => name)).toEqual(['iam-auth-proxy', 'squid'])
    expect(() => chooseContenders(all, ['nobody'])).toThrow('squid')
  })

  it('has the main contenders in the short form, and those that are added', () => {
    const named = (...args: string[]) => contendersOf(parseArguments(args))
    expect(named()).toEqual([])
    expect(named('--short')).toContain('squid')
    expect(named('--short', '--proxy', 'mine=my {port}')).toContain('mine')
    expect(named('--short', '--against', 'privoxy')).toEqual(['privoxy'])
  })

  it('chooses scenarios by the beginning of their names, and names them all where there is none', () => {
    expect(chooseScenarios(['forward-3'], false).map(({ name }) => name)).toEqual(['forward-32'])
    expect(chooseScenarios([], true).length).toBeLessThan(chooseScenarios([], false).length)
    expect(() => chooseScenarios(['nothing'], false)).toThrow('forward-32')
  })
})
