/** examples/original-protocol by hand, as its README says. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const FOLDER = fileURLToPath(new URL('../../examples/original-protocol/', import.meta.url))

describe('examples/original-protocol', () => {
  let aws: LocalAws
  const children: ChildProcess[] = []

  beforeEach(async () => {
    aws = await startLocalAws()
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await aws.close()
  })

  it('lets alice in: server.js and client.js, run by hand', async () => {
    const { origin } = await startServer()
    const { code, output } = await run('client.js', [`${origin}/`], environmentOf('alice'))
    expect(output).toBe('You are arn:aws:iam::123456789012:user/alice\n')
    expect(code).toBe(0)
    expect(aws.calls().map(({ action }) => action)).toEqual([
      'GetCallerIdentity',
      'GetSessionToken',
      'Encrypt',
      'Decrypt',
      'GetCallerIdentity',
    ])
  })

  it('refuses a token that KMS does not open, and never with a 401', async () => {
    const { origin } = await startServer()
    const { status } = await fetch(`${origin}/auth?return_url=/&token=AAAA`, { redirect: 'manual' })
    expect(status).toBe(403)
  })

  it('says what the server needs', async () => {
    const { code, output } = await run('server.js', [], environmentOf('server'))
    expect(output).toContain('AWS_ACCOUNT_ID and KMS_KEY_ID')
    expect(code).toBe(1)
  })

  async function startServer(): Promise<{ origin: string }> {
    const settings = { AWS_ACCOUNT_ID: aws.state.account().id, KMS_KEY_ID: aws.state.key().arn, PORT: '0' }
    const child = start('server.js', [], { ...environmentOf('server'), ...settings })
    const [line] = await once(child.stdout ?? child, 'data')
    return { origin: /http:\S+/.exec(String(line))?.[0] ?? '' }
  }

  async function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    const child = start(file, args, env)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
    const [code] = await once(child, 'close')
    return { code, output }
  }

  function start(file: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const child = spawn(process.execPath, [FOLDER + file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    children.push(child)
    return child
  }

  function environmentOf(user: string): NodeJS.ProcessEnv {
    const { accessKeyId = '', secretAccessKey = '' } = aws.state.user(user).accessKeys[0] ?? {}
    return {
      PATH: process.env['PATH'],
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_REGION: aws.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_CONFIG_FILE: '/nonexistent/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    }
  }
})
