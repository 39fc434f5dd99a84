import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { credentialsOf, logIn } from './support/client.js'
import { send } from './support/http.js'
import { SECRET, type TestService } from './support/service.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** The sources are run, so that no build is needed. */
const ARGS = ['--import', 'tsx', '--conditions=iam-auth-source', 'examples/express-server/server.js']

function start(env: Record<string, string>): ChildProcess {
  const { PATH = '' } = process.env
  return spawn(process.execPath, ARGS, { cwd: ROOT, env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function readAll(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  for await (const chunk of stream ?? []) text += chunk
  return text
}

describe('the example server', () => {
  let aws: LocalAws
  let server: ChildProcess
  let url: string

  beforeAll(async () => {
    aws = await startLocalAws()
    const { accessKeyId, secretAccessKey } = credentialsOf({ aws }, 'server')
    server = start({
      AWS_ACCOUNT_ID: aws.state.account().id,
      KMS_KEY_ID: 'alias/iam-auth',
      KMS_SALT: 'pepper',
      SECRET_KEY: SECRET.replaceAll(/[ ,]/g, '-'),
      AWS_REGION: aws.region,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      PORT: '0',
    })
    const [line] = await once(server.stdout as NodeJS.ReadableStream, 'data')
    url = /^listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(String(line))?.[1] ?? `not an address: ${line}`
  })
  afterAll(async () => {
    server.kill('SIGKILL')
    await aws.close()
  })

  it('lets people in who sign in, and says who they are', async () => {
    const service = { url, aws, clock: { ms: Date.now() } } as TestService
    const { answer, cookie } = await logIn(service)
    expect(answer.status).toBe(204)
    const get = async (path: string) => (await send(url + path, { headers: { cookie } })).text
    const { arn } = aws.state.user('alice')
    expect(await get('/')).toBe(`${arn}\n`)
    expect(JSON.parse(await get('/whoami'))).toMatchObject({
      arn,
      account: '123456789012',
      kind: 'user',
      userName: 'alice',
    })
    expect((await send(`${url}/auth/logout`, { method: 'POST', headers: { cookie } })).status).toBe(204)
    expect((await send(`${url}/whoami`, { headers: { cookie } })).status).toBe(401)
  })

  it('shows its public page to everyone, and nothing else', async () => {
    expect((await send(`${url}/public`)).status).toBe(200)
    expect((await send(`${url}/`)).status).toBe(401)
    expect((await send(`${url}/`, { headers: { host: 'evil.example' } })).status).toBe(421)
  })

  it('says at the start which AWS it asks, and stops when it is told to', async () => {
    const stderr = readAll(server.stderr)
    server.kill('SIGTERM')
    const [code] = await once(server, 'exit')
    expect(code).toBe(0)
    expect(await stderr).toContain(`"kms":"${aws.endpoint}"`)
  })

  it('names every variable that is missing or wrong, and ends', async () => {
    const failing = start({ IAM_AUTH_PROTOCOLS: '1' })
    const [stdout, stderr, [code]] = await Promise.all([
      readAll(failing.stdout),
      readAll(failing.stderr),
      once(failing, 'exit'),
    ])
    expect([stdout, code]).toEqual(['', 1])
    for (const name of ['AWS_ACCOUNT_ID', 'KMS_KEY_ID', 'SECRET_KEY', 'IAM_AUTH_PROTOCOLS'])
      expect(stderr).toContain(name)
    expect(stderr).not.toContain('    at ')
  })
})
