import { describe, expect, it } from 'vitest'
import { ConfigError, type Env, type ProxyFlags } from '../../src/config/config.js'
import { formatConfig } from '../../src/config/print.js'
import { resolveConfig } from '../../src/config/resolve.js'
import { startWarnings } from '../../src/config/warnings.js'

const resolve = (flags: ProxyFlags = {}, env: Env = {}, files: Record<string, string> = {}) =>
  resolveConfig({ configDir: '/config', ...flags }, env, (path) => files[path] ?? missing(path))

function missing(path: string): never {
  throw new Error(`ENOENT: no such file or directory, open '${path}'`)
}

describe('resolveConfig', () => {
  it('listens on loopback 8080 and asks nothing else by default', () => {
    expect(resolve()).toEqual({
      bind: { host: '127.0.0.1', port: 8080 },
      proxyAuth: undefined,
      socksProxy: undefined,
      upstreamRoutes: [],
      profile: undefined,
      credentials: { region: 'eu-west-1', assumeRole: undefined, mfa: undefined },
      trust: [],
      trustFiles: { user: '/config/trust.json', system: '/etc/iam-auth-proxy/trust.json' },
      onlyTrusted: false,
      allowLoopback: false,
      upstreamCa: [],
      logFormat: 'text',
      logLevel: 'info',
    })
  })

  it('takes the region from the flag, then AWS_REGION, then AWS_DEFAULT_REGION', () => {
    const env = { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-west-2' }
    expect(resolve({ region: 'eu-north-1' }, env).credentials.region).toBe('eu-north-1')
    expect(resolve({}, env).credentials.region).toBe('us-east-1')
    expect(resolve({}, { AWS_DEFAULT_REGION: 'us-west-2' }).credentials.region).toBe('us-west-2')
  })

  it.each([
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:9000', { host: 'localhost', port: 9000 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
  ])('binds %s without a password', (bind, expected) => {
    expect(resolve({ bind }).bind).toEqual(expected)
  })

  it.each(['0.0.0.0:8080', ':8080', '*:8080', '[::]:8080', '192.168.1.2:8080', 'myhost:8080', '127.evil.example:8080'])(
    'refuses to bind %s without a password',
    (bind) => {
      expect(() => resolve({ bind })).toThrow('other machines could log in as you')
      expect(resolve({ bind }, { IAM_AUTH_PROXY_AUTH: 'alice:correct-horse' }).bind.port).toBe(8080)
    },
  )

  it('reads the password from a file, trimmed, and never prints it', () => {
    const config = resolve({ proxyAuthFile: 'secret' }, {}, { secret: 'alice:battery-staple\n' })
    expect(config.proxyAuth?.password.reveal()).toBe('battery-staple')
    expect(formatConfig(config)).not.toContain('battery-staple')
    expect(String(config.proxyAuth?.password)).toBe('[secret]')
  })

  it.each(['me:short', 'me:', ':battery-staple', 'battery-staple', 'me:battery staple'])(
    'takes no %j for a password',
    (text) => {
      expect(() => resolve({}, { IAM_AUTH_PROXY_AUTH: text })).toThrow(/IAM_AUTH_PROXY_AUTH: must be user:password/)
    },
  )

  it('refuses an empty password file, which would leave the proxy open', () => {
    expect(() => resolve({ proxyAuthFile: 'secret' }, {}, { secret: '\n' })).toThrow(/--proxy-auth-file: must be/)
    expect(resolve({}, { IAM_AUTH_PROXY_AUTH: '' }).proxyAuth).toBeUndefined()
  })

  it.each([
    ['127.0.0.1:8081', { host: '127.0.0.1', port: 8081 }],
    ['socks5h://bastion:1080', { host: 'bastion', port: 1080 }],
  ])('reads the SOCKS proxy %s', (socksProxy, expected) => {
    expect(resolve({ socksProxy }).socksProxy).toEqual(expected)
  })

  it('reads user and password of a SOCKS proxy', () => {
    const { socksProxy } = resolve({ socksProxy: 'me:p%40ss@bastion:1080' })
    expect(socksProxy).toMatchObject({ host: 'bastion', port: 1080, username: 'me' })
    expect(socksProxy?.password?.reveal()).toBe('p@ss')
  })

  it('reports all problems at once', () => {
    const flags = {
      bind: '127.0.0.1',
      region: 'nowhere',
      socksProxy: 'bastion',
      trust: ['wiki.example.com', 'https://a.example', 'https://a.example'],
      mfaTokenCode: '123456',
      assumeRoleArn: 'admin',
      logFormat: 'xml',
      proxyAuthFile: 'none',
    }
    const problems = problemsOf(() => resolve(flags))
    for (const part of [
      '--bind',
      '--region',
      '--socks-proxy',
      'is not an origin',
      'stands twice',
      '--mfa-token-code',
      '--assume-role-arn',
      '--log-format',
      '--proxy-auth-file',
    ]) {
      expect(problems.join('\n')).toContain(part)
    }
  })

  it.each([
    { bind: '127.0.0.1:99999' },
    { bind: '[127.0.0.1]:80' },
    { bind: 'a:b:80' },
    { region: 'evil.com?' },
    { assumeRoleExternalId: 'x' },
    { mfaSerialNumber: 'arn:aws:iam::123456789012:mfa/alice', mfaTokenCode: '12345' },
    { logLevel: 'loud' },
  ])('refuses %j', (flags) => {
    expect(problemsOf(() => resolve(flags))).toHaveLength(1)
  })
})

describe('warnings at start', () => {
  it('says which endpoints are in force, without their userinfo', () => {
    const env = { AWS_ENDPOINT_URL_STS: 'http://user:pass@127.0.0.1:4566/x' }
    expect(startWarnings(resolve({}, env), env)).toEqual([
      'AWS_ENDPOINT_URL_STS is in force: calls of STS go to http://127.0.0.1:4566',
    ])
  })

  it('says that a profile beats keys', () => {
    const env = { AWS_PROFILE: 'dev', AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }
    expect(startWarnings(resolve({}, env), env).join('\n')).toContain('AWS_PROFILE and AWS_ACCESS_KEY_ID')
  })
})

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}
