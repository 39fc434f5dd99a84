import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { tally } from '../../../../test/support/aws-tally.js'
import { thisTest } from '../../../../test/support/cleanup.js'
import { keysOf } from '../../../../test/support/proxy.js'
import { ConfigError, createIamFetch, type IamFetch } from '../../src/fetch/index.js'
import { resolveOptions } from '../../src/fetch/resolve-options.js'
import { createSetting } from './setting.js'

const { aws, iamFetch, startService } = await createSetting()
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'

const WRONG: readonly (readonly [what: string, options: unknown, problem: RegExp])[] = [
  ['no object', 'https://wiki.example.com', /the options are not an object/],
  ['a name that is misspelt', { trusts: [] }, /^trusts is no option: credentials, /],
  ['credentials that are no function', { credentials: { accessKeyId: 'AKIA' } }, /^credentials is not a function$/],
  ['two sources', { credentials: async () => undefined, profile: 'dev' }, /^credentials and profile are both given/],
  ['an empty profile', { profile: '' }, /^profile is not the name/],
  ['codes for nobody', { credentials: async () => undefined, mfaCode: async () => '' }, /^mfaCode is for profiles/],
  ['a region that is none', { region: 'eu-west' }, /^region is not a region/],
  ['trust that is no list', { trust: 'https://wiki.example.com' }, /^trust is not a list/],
  [
    'an origin with a path',
    { trust: ['https://wiki.example.com/'] },
    /^trust\[0\]: .*write https:\/\/wiki\.example\.com/,
  ],
  [
    'an origin in letters beyond ASCII',
    { trust: ['https://b\u00fccher.example'] },
    /^trust\[0\]: .*write https:\/\/xn--bcher-kva\.example/,
  ],
  ['a pin that is misspelt', { trust: [{ origin: 'https://a.example', kye: KEY }] }, /^trust\[0\]: .*kye/],
  ['a suffix that allows more', { trust: ['https://*.a.example,protocol=1'] }, /^trust\[0\]: a suffix allows nothing/],
  ['an entry that is none', { trust: [7] }, /^trust\[0\]: is not an object/],
  ['an origin twice', { trust: ['https://a.example', { origin: 'https://a.example' }] }, /stands twice/],
  ['nothing but what is trusted, which is nothing', { onlyTrusted: true }, /^onlyTrusted is true, and nothing/],
  ['a word for yes', { onlyTrusted: 'yes' }, /^onlyTrusted is not true or false/],
  ['another word for a refusal', { onRefusal: 'ignore' }, /^onRefusal is neither/],
  ['no time at all', { timeoutMs: 0 }, /^timeoutMs is not 1 to/],
  ['more than a timer takes', { timeoutMs: 2 ** 31 }, /^timeoutMs is not 1 to/],
  ['a fetch that is none', { fetch: {} }, /^fetch is not a function/],
  ['a log without words', { log: { info: () => {} } }, /^log has not the functions/],
]

describe('options', () => {
  it.each(WRONG)('%s: an error when it is made', (_, options, problem) => {
    expect(() => createIamFetch(options as never)).toThrow(TypeError)
    expect(() => createIamFetch(options as never)).toThrow(problem)
  })

  it('are checked at once', () => {
    let problems: readonly string[] = []
    try {
      createIamFetch({ region: 'x', timeoutMs: -1, trust: ['nonsense', 'more'] })
    } catch (error) {
      if (error instanceof ConfigError) problems = error.problems
    }
    expect(problems).toHaveLength(4)
  })

  it('beat the environment, whose region counts where none is given', () => {
    expect(resolveOptions({}, 'us-east-1').region).toBe('us-east-1')
    expect(resolveOptions({ region: 'eu-central-1' }, 'us-east-1').region).toBe('eu-central-1')
    expect(resolveOptions({}, undefined).region).toBe('eu-west-1')
    expect(() => resolveOptions({}, 'nowhere')).toThrow('AWS_REGION or AWS_DEFAULT_REGION: nowhere is not a region')
  })

  it('of trust are those of --trust, as text or as objects', () => {
    const texts = [
      `https://a.example,key=${KEY}`,
      'http://b.example,protocol=1,plain-http',
      'https://*.c.example,key-account=123456789012',
    ]
    const objects = [
      { origin: 'https://a.example', key: KEY },
      { origin: 'http://b.example', protocol: 1, plainHttp: true },
      { suffix: 'https://*.c.example', keyAccount: '123456789012' },
    ] as const
    expect(resolveOptions({ trust: objects }, undefined).trust).toEqual(
      resolveOptions({ trust: texts }, undefined).trust,
    )
    expect(resolveOptions({ trust: texts }, undefined).trust).toHaveLength(3)
  })

  it('profile: a role that the shared configuration names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iam-auth-fetch-'))
    thisTest(() => rmSync(folder, { recursive: true }))
    const { accessKeyId, secretAccessKey } = keysOf(aws, 'alice')
    const role = aws.state.role('developer')
    const config = [
      '[profile people]',
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      '[profile orders]',
      `role_arn = ${role.arn}`,
      'role_session_name = orders',
      'source_profile = people',
      `region = ${aws.region}`,
    ]
    writeFileSync(join(folder, 'config'), config.join('\n'))
    withEnvironment({ AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: '/dev/null' })
    const service = await startService(thisTest)
    const fetch = createIamFetch({ profile: 'orders', region: aws.region, onRefusal: 'throw' })
    const response = await fetch(`${service.url}/api/me`)
    expect(await response.json()).toEqual({
      arn: `arn:aws:sts::${aws.state.account().id}:assumed-role/developer/orders`,
    })
    expect(tally(aws)).toEqual({ AssumeRole: 1, GetCallerIdentity: 2, Encrypt: 1, Decrypt: 1 })
  })

  it('nothing: whatever the environment has', async () => {
    const { accessKeyId, secretAccessKey } = keysOf(aws, 'alice')
    withEnvironment({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: aws.region })
    const service = await startService(thisTest)
    expect((await createIamFetch({ onRefusal: 'throw' })(service.url)).status).toBe(200)
  })

  it('fetch: every request and every login goes through it, with what the program gave', async () => {
    const service = await startService(thisTest)
    const seen: string[] = []
    const dispatchers: unknown[] = []
    const through = (url: string, init: RequestInit & { readonly via?: unknown }) => {
      seen.push(`${init.method} ${url.slice(service.url.length)}`)
      dispatchers.push(init.via)
      return fetch(url, init)
    }
    const init = { via: 'the bastion' } as RequestInit
    expect((await iamFetch({ fetch: through })(`${service.url}/api/me`, init)).status).toBe(200)
    expect(seen).toEqual(['GET /api/me', 'POST /auth', 'GET /api/me'])
    expect(dispatchers).toEqual(['the bastion', undefined, 'the bastion'])
  })

  it('what is made is a fetch to the compiler', () => {
    expectTypeOf<IamFetch>().toExtend<typeof globalThis.fetch>()
    expectTypeOf<ReturnType<IamFetch>>().resolves.toEqualTypeOf<Response>()
  })
})

function withEnvironment(values: Record<string, string>): void {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]))
  Object.assign(process.env, values)
  thisTest(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
}
