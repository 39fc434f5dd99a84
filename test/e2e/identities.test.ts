import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_LOGIN, tally } from '../support/aws-tally.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { findProgram, isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, startProxy } from '../support/proxy.js'
import { startService, type TestService } from '../support/service.js'
import { scriptPath, startProxyOnTerminal } from '../support/terminal.js'

const forFile = thisFile()
let aws: LocalAws
let service: TestService
let mfaUsers = 0

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  service = await startService(aws, forFile)
})
beforeEach(() => aws.resetCalls())

const fetchWith = (proxy: { url: string }, ...args: string[]) => curl(proxy.url, [...args, service.url], thisTest)

/** A user who may log in with MFA only, and the device's serial number. */
function addMfaUser() {
  mfaUsers += 1
  const name = `mfa-user-${mfaUsers}`
  const statement = {
    Effect: 'Allow' as const,
    Action: 'kms:Encrypt',
    Resource: aws.state.key().arn,
    Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  }
  const user = aws.state.addUser({
    name,
    mfaDevices: [{}],
    policies: [{ Version: '2012-10-17', Statement: [statement] }],
  })
  return { user, serial: user.mfaDevices[0]?.serialNumber ?? '', credentials: keysOf(aws, name) }
}

describe.skipIf(isMissing(findProgram('curl'), 'curl'))('whoever somebody is in AWS', () => {
  test('--assume-role-arn: the service sees the role and the session’s name', async () => {
    const role = aws.state.role('developer')
    const args = ['--allow-loopback', '--assume-role-arn', role.arn, '--assume-role-session-name', 'alice@laptop']
    const proxy = await startProxy(aws, thisTest, { args })
    const account = aws.state.account().id
    expect(await fetchWith(proxy)).toMatchObject({
      status: 200,
      text: `arn:aws:sts::${account}:assumed-role/developer/alice@laptop\n`,
    })
    expect(tally(aws)).toEqual({ ...FIRST_LOGIN, AssumeRole: 1 })
  })

  test('session credentials of IAM Identity Center in the environment', async () => {
    const session = aws.issueSession({ permissionSet: 'Developers', userName: 'carol@example.com' })
    const [, roleName = ''] = session.arn.match(/assumed-role\/([^/]+)\//) ?? []
    aws.state.role(roleName).policies.push({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'kms:Encrypt', Resource: aws.state.key().arn }],
    })
    const proxy = await startProxy(aws, thisTest, { credentials: session })
    expect(await fetchWith(proxy)).toMatchObject({ status: 200, text: `${session.arn}\n` })
    expect(tally(aws)).toEqual(FIRST_LOGIN)
  })

  test('--mfa-token-code opens a session that the policy’s condition accepts, and the keys alone do not', async () => {
    const { user, serial, credentials } = addMfaUser()
    const without = await startProxy(aws, thisTest, { credentials })
    expect((await fetchWith(without)).status).toBe(401)
    expect(without.log('login not made')).toMatchObject([{ code: 'ERR_IAM_ENCRYPT_DENIED' }])
    aws.resetCalls()
    const args = ['--allow-loopback', '--mfa-serial-number', serial, '--mfa-token-code', aws.totp(serial)]
    const proxy = await startProxy(aws, thisTest, { args, credentials })
    expect(await fetchWith(proxy)).toMatchObject({ status: 200, text: `${user.arn}\n` })
    expect(tally(aws)).toEqual({ ...FIRST_LOGIN, GetSessionToken: 1 })
  })

  test('an MFA code that AWS does not take is no login: another one is asked for', async () => {
    const { serial, credentials } = addMfaUser()
    const wrong = aws.totp(serial) === '000000' ? '000001' : '000000'
    const args = ['--allow-loopback', '--mfa-serial-number', serial, '--mfa-token-code', wrong]
    const proxy = await startProxy(aws, thisTest, { args, credentials })
    const answer = await fetchWith(proxy)
    expect(answer.status).toBe(503)
    expect(answer.text).toContain('/mfa?id=')
    expect(tally(aws)).toEqual({ GetSessionToken: 1 })
  })

  describe.skipIf(isMissing(scriptPath, 'script(1) of util-linux'))('the prompt for an MFA code', () => {
    test('asks once on the terminal, for all who wait, and takes what is typed', async () => {
      const { user, serial, credentials } = addMfaUser()
      const args = ['--allow-loopback', '--mfa-serial-number', serial]
      const proxy = await startProxyOnTerminal(args, cleanEnvironment(aws, credentials), thisTest)
      const answers = Promise.all([fetchWith(proxy), fetchWith(proxy), fetchWith(proxy)])
      await proxy.says(new RegExp(`MFA code of ${serial}: `))
      proxy.type(`${aws.totp(serial)}\r`)
      expect((await answers).map(({ status, text }) => `${status} ${text}`)).toEqual(Array(3).fill(`200 ${user.arn}\n`))
      expect(proxy.output().match(/MFA code of/g)).toHaveLength(1)
      expect(tally(aws)).toEqual({ ...FIRST_LOGIN, GetSessionToken: 1 })
    })

    test('what is no code is asked for again, and AWS is not asked', async () => {
      const { user, serial, credentials } = addMfaUser()
      const args = ['--allow-loopback', '--mfa-serial-number', serial]
      const proxy = await startProxyOnTerminal(args, cleanEnvironment(aws, credentials), thisTest)
      const first = fetchWith(proxy)
      await proxy.says(/MFA code of/)
      proxy.type('12345\r')
      await proxy.says(/six digits[\s\S]*MFA code of/)
      expect(tally(aws)).toEqual({})
      proxy.type(`${aws.totp(serial)}\r`)
      expect(await first).toMatchObject({ status: 200, text: `${user.arn}\n` })
    })

    test('a wrong code is asked for again, three times in all', async () => {
      const { serial, credentials } = addMfaUser()
      const args = ['--allow-loopback', '--mfa-serial-number', serial]
      const proxy = await startProxyOnTerminal(args, cleanEnvironment(aws, credentials), thisTest)
      const first = fetchWith(proxy)
      const wrong = ['000001', '000002', '000003', '000004'].filter((code) => code !== aws.totp(serial)).slice(0, 3)
      let asked = /MFA code of/
      for (const code of wrong) {
        await proxy.says(asked)
        asked = new RegExp(`${asked.source}[\\s\\S]*MFA code of`)
        proxy.type(`${code}\r`)
      }
      expect((await first).status).toBe(401)
      expect(tally(aws)).toEqual({ GetSessionToken: 3 })
    })

    test.each([
      ['Ctrl-C stops the proxy', '\u0003', true],
      ['Ctrl-D ends that login', '\u0004', false],
    ])('%s, and whoever waited is not left hanging', async (_name, key, stops) => {
      const { user, serial, credentials } = addMfaUser()
      const args = ['--allow-loopback', '--mfa-serial-number', serial]
      const proxy = await startProxyOnTerminal(args, cleanEnvironment(aws, credentials), thisTest)
      const first = fetchWith(proxy)
      await proxy.says(/MFA code of/)
      proxy.type(key)
      expect((await first).status).toBe(401)
      if (stops) {
        expect(await proxy.ended).toBe(0)
        return
      }
      const second = fetchWith(proxy)
      await proxy.says(/MFA code of[\s\S]*MFA code of/)
      proxy.type(`${aws.totp(serial)}\r`)
      expect(await second).toMatchObject({ status: 200, text: `${user.arn}\n` })
    })
  })

  test('without a terminal curl is told at once where the code is typed', async () => {
    const { serial, credentials } = addMfaUser()
    const args = ['--allow-loopback', '--mfa-serial-number', serial]
    const proxy = await startProxy(aws, thisTest, { args, credentials })
    const answer = await fetchWith(proxy)
    expect(answer.status).toBe(503)
    expect(answer.header('retry-after')).toBe('5')
    expect(answer.text).toContain(serial)
    expect(answer.text).toMatch(new RegExp(`${proxy.url}/mfa\\?id=[\\w-]{22}\n$`))
    expect(tally(aws)).toEqual({})
  })
})
