import { fileURLToPath } from 'node:url'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ONE_LOGIN, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { startGrpcFront } from '../support/grpc-service.js'
import { installAuthority, makeCertificate } from '../support/https.js'
import { findProgram, isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, runProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { startSocksServer } from '../support/socks-server.js'

const forFile = thisFile()
const isHere = !isMissing(findProgram('curl'), 'curl') && !isMissing(findProgram('openssl'), 'openssl')
const HOST = 'echo.corp.test'
const CLIENT = fileURLToPath(new URL('../support/grpc-client.mjs', import.meta.url))
let aws: LocalAws
let front: Awaited<ReturnType<typeof startGrpcFront>>
let flags: readonly string[]

/** A command behind `iam-auth-proxy exec`, as a user with a local authority has it. */
async function exec(...command: string[]) {
  const running = runProxy(['exec', ...flags, '--', ...command], cleanEnvironment(aws, keysOf(aws, 'alice')), thisTest)
  return { code: await running.ended, stdout: running.stdout(), stderr: running.stderr() }
}

describe.runIf(isHere)('a service behind iamAuth() that speaks HTTP/2 only', () => {
  beforeAll(async () => {
    aws = await startLocalAws()
    forFile(aws.close)
    const certificate = await makeCertificate([HOST], forFile)
    const { configFolder } = await installAuthority(['corp.test'], forFile)
    const service = await startService(aws, forFile, {
      origin: `https://${HOST}`,
      behind: (app) =>
        app.post('/test.Echo/:name', (req, res) => void res.send((req as { iam?: { arn: string } }).iam?.arn)),
    })
    const socks = await startSocksServer(forFile)
    front = await startGrpcFront(() => service.port, certificate, forFile)
    socks.map(`${HOST}:443`, front.port)
    flags = [
      ...['--socks-proxy', `127.0.0.1:${socks.port}`, '--upstream-ca', certificate.path],
      ...['--trust', `https://*.corp.test,key-account=${aws.state.account().id}`, '--config-dir', configFolder],
    ]
  })
  beforeEach(() => {
    aws.resetCalls()
    front.calls.length = 0
  })

  test('has a gRPC program logged in, at its first word of a conversation', async () => {
    const { code, stdout, stderr } = await exec(process.execPath, CLIENT, `${HOST}:443`)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(JSON.parse(stdout)).toEqual({
      conversation: { heard: ['one', 'two', 'three'], code: 0 },
      arn: aws.state.user('alice').arn,
      unary: 'hello',
      large: true,
    })
    expect(front.calls.slice(0, 2)).toEqual(['401 /test.Echo/Talk', '200 /test.Echo/Talk'])
    // A proxy of its own asks who it is, beside that: one login for three calls.
    expect(tally(aws)).toEqual({ ...ONE_LOGIN, GetCallerIdentity: 2 })
  })

  test.each(['--http2-prior-knowledge', '--http2', '--http1.1'])('has curl %s logged in', async (version) => {
    const { stdout, stderr } = await exec('curl', '-sS', version, '-w', ' %{http_version}', `https://${HOST}/`)
    expect(`${stdout}${stderr}`).toContain(aws.state.user('alice').arn)
    expect(stdout).toMatch(version === '--http1.1' ? / 1\.1$/ : / 2$/)
  })
})
