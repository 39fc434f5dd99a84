import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromIni, fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalAws, startLocalAws } from '../../src/index.js'
import { keysOf } from '../support/clients.js'

const serial = 'arn:aws:iam::123456789012:mfa/alice'
let aws: LocalAws
let folder: string

beforeAll(async () => {
  aws = await startLocalAws({ region: 'eu-west-1' })
  aws.state.addRole({
    name: 'guarded',
    trustPolicy: {
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: aws.state.user().arn },
        Action: 'sts:AssumeRole',
        Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, StringEquals: { 'sts:ExternalId': 'shared' } },
      },
    },
  })
  folder = await mkdtemp(join(tmpdir(), 'local-aws-'))
  const { accessKeyId, secretAccessKey } = keysOf(aws)
  const config = [
    '[profile base]',
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
    '[profile work]',
    'source_profile = base',
    `role_arn = ${aws.state.role('guarded').arn}`,
    'role_session_name = desk',
    'external_id = shared',
    `mfa_serial = ${serial}`,
    '',
  ]
  await writeFile(join(folder, 'config'), config.join('\n'))
  await writeFile(join(folder, 'credentials'), '')
})
afterAll(async () => {
  await aws.close()
  await rm(folder, { recursive: true })
})

const clientConfig = () => ({ endpoint: aws.endpoint, region: 'eu-west-1' })
const whoIs = (credentials: ReturnType<typeof fromIni>) =>
  new STSClient({ ...clientConfig(), credentials }).send(new GetCallerIdentityCommand())

describe('the SDK’s own credential providers', () => {
  it('fromIni assumes a role with MFA and external id', async () => {
    const files = { filepath: join(folder, 'credentials'), configFilepath: join(folder, 'config') }
    const codes: string[] = []
    const mfaCodeProvider = async (asked: string) => {
      codes.push(asked)
      return aws.totp(asked)
    }
    const provider = fromIni({ profile: 'work', ...files, mfaCodeProvider, clientConfig: clientConfig() })
    expect((await whoIs(provider)).Arn).toBe('arn:aws:sts::123456789012:assumed-role/guarded/desk')
    expect(codes).toEqual([serial])
  })

  it('fromTemporaryCredentials assumes a role', async () => {
    const provider = fromTemporaryCredentials({
      masterCredentials: keysOf(aws),
      params: { RoleArn: aws.state.role('developer').arn, RoleSessionName: 'temporary' },
      clientConfig: clientConfig(),
    })
    expect((await whoIs(provider)).Arn).toBe('arn:aws:sts::123456789012:assumed-role/developer/temporary')
  })
})
