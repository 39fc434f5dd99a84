import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../../src/index.js'
import { type Keys, keysOf } from '../support/clients.js'

const run = promisify(execFile)

/** Why a client can't be used here; undefined if it can. Said aloud: a skipped test proves nothing. */
function absence(client: string, command: string, ...args: string[]): string | undefined {
  if (spawnSync(command, args).status === 0) return undefined
  console.warn(`SKIPPED: the tests with ${client} need it installed (\`${[command, ...args].join(' ')}\` failed)`)
  return `${client} is not installed`
}

const noCli = absence('the AWS CLI', 'aws', '--version')
const noBoto3 = absence('boto3', 'python3', '-c', 'import boto3')
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws({ region: 'eu-west-1' })
})
afterAll(() => aws.close())

function environment(keys: Keys): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    NO_PROXY: '*',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(keys.sessionToken && { AWS_SESSION_TOKEN: keys.sessionToken }),
  }
}

describe.skipIf(noCli)(`the AWS CLI${noCli ? ` (${noCli})` : ''}`, () => {
  const cli = async (keys: Keys, ...args: string[]) => {
    const { stdout } = await run('aws', [...args, '--output', 'json'], { env: environment(keys) })
    return JSON.parse(stdout) as Record<string, string> & { Credentials: Record<string, string> }
  }

  it('says who it is, with a key and with a session', async () => {
    expect(await cli(keysOf(aws), 'sts', 'get-caller-identity')).toMatchObject({
      Arn: 'arn:aws:iam::123456789012:user/alice',
    })
    const session = aws.issueSession({ role: 'developer', sessionName: 'cli' })
    expect(await cli(session, 'sts', 'get-caller-identity')).toMatchObject({
      Arn: 'arn:aws:sts::123456789012:assumed-role/developer/cli',
    })
  })

  it('gets a session token with MFA', async () => {
    const serial = 'arn:aws:iam::123456789012:mfa/alice'
    const { Credentials } = await cli(
      keysOf(aws),
      'sts',
      'get-session-token',
      '--serial-number',
      serial,
      '--token-code',
      aws.totp(),
    )
    expect(Credentials['AccessKeyId']).toMatch(/^ASIA/)
    expect(Credentials['Expiration']).toMatch(/T\d\d:\d\d:\d\d(Z|\+00:00)$/)
  })

  it('encrypts and decrypts in a context', async () => {
    const context = ['--encryption-context', 'to=wiki,from=alice']
    const sealed = await cli(
      keysOf(aws),
      'kms',
      'encrypt',
      '--key-id',
      'alias/iam-auth',
      '--plaintext',
      'aGVsbG8=',
      ...context,
    )
    const blob = String(sealed['CiphertextBlob'])
    // Version 1 reads a blob from a file, version 2 base64: fileb:// works in both.
    const { stdout } = await run(
      'sh',
      [
        '-c',
        `echo "${blob}" | base64 -d | aws kms decrypt --ciphertext-blob fileb:///dev/stdin --encryption-context to=wiki,from=alice --output json`,
      ],
      { env: environment(keysOf(aws)) },
    )
    expect(Buffer.from((JSON.parse(stdout) as { Plaintext: string }).Plaintext, 'base64').length).toBeGreaterThan(0)
  })

  it('tells of a refusal', async () => {
    const wrong = { ...keysOf(aws), secretAccessKey: 'x'.repeat(40) }
    await expect(cli(wrong, 'sts', 'get-caller-identity')).rejects.toThrow(
      /\(SignatureDoesNotMatch\) when calling the GetCallerIdentity/,
    )
  })
})

const script = `
import boto3, botocore, json, urllib.request, urllib.error
out = {}
sts = boto3.client('sts'); kms = boto3.client('kms')
out['arn'] = sts.get_caller_identity()['Arn']
role = sts.assume_role(RoleArn='arn:aws:iam::123456789012:role/developer', RoleSessionName='boto')
out['role'] = role['AssumedRoleUser']['Arn']
c = role['Credentials']
out['expires'] = c['Expiration'].microsecond
session = boto3.Session(c['AccessKeyId'], c['SecretAccessKey'], c['SessionToken'])
blob = session.client('kms').encrypt(KeyId='alias/iam-auth', Plaintext=b'proof \\x00\\xff', EncryptionContext={'a': 'b'})['CiphertextBlob']
out['opened'] = kms.decrypt(CiphertextBlob=blob, EncryptionContext={'a': 'b'})['Plaintext'].hex()
def code(call):
    try:
        call(); return 'ok'
    except botocore.exceptions.ClientError as error:
        return [error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode'], 'RequestId' in error.response['ResponseMetadata']]
out['context'] = code(lambda: kms.decrypt(CiphertextBlob=blob, EncryptionContext={'ab': ''}))
out['denied'] = code(lambda: session.client('kms').decrypt(CiphertextBlob=blob, EncryptionContext={'a': 'b'}))
out['session'] = code(lambda: session.client('sts').get_session_token())
url = sts.generate_presigned_url('get_caller_identity', HttpMethod='GET')
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
out['presigned'] = 'user/alice' in opener.open(url).read().decode()
try:
    opener.open(url + '&x=1'); out['altered'] = 200
except urllib.error.HTTPError as error:
    out['altered'] = error.code
print(json.dumps(out))
`

describe.skipIf(noBoto3)(`boto3${noBoto3 ? ` (${noBoto3})` : ''}`, () => {
  it('signs, assumes, encrypts, presigns and is refused as on AWS', async () => {
    const { stdout } = await run('python3', ['-c', script], { env: environment(keysOf(aws)) })
    expect(JSON.parse(stdout)).toEqual({
      arn: 'arn:aws:iam::123456789012:user/alice',
      role: 'arn:aws:sts::123456789012:assumed-role/developer/boto',
      expires: 0,
      opened: Buffer.from('proof \x00\xff', 'latin1').toString('hex'),
      context: ['InvalidCiphertextException', 400, true],
      denied: ['AccessDeniedException', 400, true],
      session: ['AccessDenied', 403, true],
      presigned: true,
      altered: 403,
    })
  })
})
