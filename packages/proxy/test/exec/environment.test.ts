import { describe, expect, test } from 'vitest'
import { proxyEnvironment } from '../../src/exec/environment.js'

const proxyUrl = 'http://exec:secret@127.0.0.1:1234'
const METADATA = '169.254.169.254,169.254.170.2,169.254.170.23,fd00:ec2::254,metadata.google.internal'

function environment(before: Record<string, string> = {}, loopback: readonly string[] = []) {
  return proxyEnvironment({ proxyUrl, before, loopback, authority: {} })
}

describe('the environment of a command', () => {
  test('names the proxy in every spelling that programs read, and in none that only mail and ftp read', () => {
    expect(environment().variables).toEqual({
      HTTP_PROXY: proxyUrl,
      http_proxy: proxyUrl,
      HTTPS_PROXY: proxyUrl,
      https_proxy: proxyUrl,
      NO_PROXY: `localhost,127.0.0.1,::1,.localhost,${METADATA}`,
      no_proxy: `localhost,127.0.0.1,::1,.localhost,${METADATA}`,
      NODE_USE_ENV_PROXY: '1',
    })
  })

  test('keeps what the user asks for directly, in whichever spelling, once', () => {
    const { variables, warnings } = environment({ NO_PROXY: 'a.example, .b.example', no_proxy: 'a.example,localhost' })
    expect(variables['no_proxy']).toBe(`a.example,localhost,.b.example,127.0.0.1,::1,.localhost,${METADATA}`)
    expect(variables['NO_PROXY']).toBe(variables['no_proxy'])
    expect(warnings).toEqual([])
  })

  test('says that with NO_PROXY=* nothing will use the proxy', () => {
    expect(environment({ no_proxy: '*' }).warnings).toEqual([expect.stringContaining('NO_PROXY is *')])
  })

  test.each<[trusted: readonly string[], userHas: string, direct: string]>([
    [['wiki.internal'], '', 'localhost,127.0.0.1,::1,.localhost'],
    [['localhost'], '', '127.0.0.1,::1'],
    [['a.localhost'], 'localhost', '127.0.0.1,::1'],
    [['127.0.0.1'], '127.0.0.0/8', 'localhost,::1,.localhost'],
    [['127.0.0.2'], '', 'localhost,::1,.localhost'],
    [['[::1]'], '[::1]', 'localhost,127.0.0.1,.localhost'],
    [['localhost', '127.0.0.1', '::1'], 'localhost,127.0.0.1,x.example', 'x.example'],
    [['localhost'], 'localhost:5432', 'localhost:5432,127.0.0.1,::1'],
    [['notlocalhost', '127.example.com'], '', 'localhost,127.0.0.1,::1,.localhost'],
  ])('with %j trusted, and NO_PROXY=%s before, %s is direct', (trusted, before, direct) => {
    expect(environment({ NO_PROXY: before }, trusted).variables['NO_PROXY']).toBe(`${direct},${METADATA}`)
  })
})
