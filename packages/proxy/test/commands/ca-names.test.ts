import { describe, expect, it } from 'vitest'
import { uncoveredEntries, wantedNames } from '../../src/commands/ca-names.js'
import { ConfigError } from '../../src/config/config.js'

describe('the names of an authority', () => {
  it('are those of trusted https entries, and of --host', () => {
    const trusted = ['https://wiki.corp.test:8443', 'https://*.team.test', 'http://plain.test', 'https://a.team.test']
    expect(wantedNames(trusted, ['Other.Test'])).toEqual({
      names: ['other.test', 'team.test', 'wiki.corp.test'],
      leftOut: [],
    })
  })

  it('leave out entries that none could speak for, and say so', () => {
    const { names, leftOut } = wantedNames(
      ['https://10.0.0.1', 'https://localhost:8443', 'https://[::1]', 'https://a.test'],
      [],
    )
    expect(names).toEqual(['a.test'])
    expect(leftOut).toEqual([
      expect.stringMatching(/^https:\/\/10\.0\.0\.1 is left out: .* is an IP address/),
      expect.stringMatching(/^https:\/\/localhost:8443 is left out: .* is too wide/),
      expect.stringMatching(/^https:\/\/\[::1\] is left out: .* is an IP address/),
    ])
  })

  it.each([
    [
      ['com', 'co.uk', '10.0.0.1'],
      ['"com" is too wide', '"co.uk" is too wide', '"10.0.0.1" is an IP address'],
    ],
    [['*'], ['"*" is not a domain']],
  ])('are refused all at once where somebody asks for %j', (hosts, problems) => {
    const run = () => wantedNames(['https://a.test'], hosts)
    expect(run).toThrow(ConfigError)
    for (const problem of problems) expect(run).toThrow(`--host: ${problem}`)
  })

  it('have to be some', () => {
    expect(() => wantedNames([], [])).toThrow('iam-auth-proxy ca install --host corp.example.com')
    expect(() => wantedNames(['http://a.test', 'https://127.0.0.1'], [])).toThrow('127.0.0.1 is left out')
  })
})

it('says which trusted https entries an authority does not speak for, though one could', () => {
  const trusted = ['https://a.test', 'https://*.b.test', 'https://*.a.test', 'http://c.test', 'https://10.0.0.1']
  expect(uncoveredEntries(trusted, (host) => host === 'a.test')).toEqual(['https://*.b.test'])
})
