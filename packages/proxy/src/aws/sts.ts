import { type Principal, parsePrincipalArn } from 'iam-auth-protocol'
import type { AwsCredentials } from '../credentials/source.js'
import { LoginRefusal } from '../login/refusal.js'
import { Secret } from '../secret.js'
import type { CreateAwsAgents } from './agents.js'
import { explainAwsError } from './errors.js'
import { explainRefusedCode } from './refused-code.js'
import { clientSettings } from './sdk.js'

/** The answer of GetSessionToken and AssumeRole. */
type StsCredentials = {
  AccessKeyId?: string | undefined
  SecretAccessKey?: string | undefined
  SessionToken?: string | undefined
  Expiration?: Date | undefined
}

export interface MfaCode {
  readonly serialNumber: string
  readonly code: string
}

/** STS, with the credentials given and in the region given. All reject with a LoginRefusal. */
export interface Sts {
  getCallerIdentity(credentials: AwsCredentials, region: string): Promise<Principal>
  getSessionToken(
    credentials: AwsCredentials,
    region: string,
    request: { readonly durationSeconds: number; readonly mfa: MfaCode | undefined },
  ): Promise<AwsCredentials>
  assumeRole(
    credentials: AwsCredentials,
    region: string,
    request: {
      readonly roleArn: string
      readonly sessionName: string
      readonly externalId: string | undefined
      readonly mfa: MfaCode | undefined
    },
  ): Promise<AwsCredentials>
}

/** STS by the AWS SDK, which is loaded by the first call. */
export function createSts(createAgents?: CreateAwsAgents): Sts {
  const client = async (credentials: AwsCredentials, region: string) => {
    const sdk = await import('@aws-sdk/client-sts')
    return { sdk, sts: new sdk.STSClient(clientSettings(region, credentials, createAgents)) }
  }
  return {
    getCallerIdentity: (credentials, region) =>
      explained('sts:GetCallerIdentity', credentials, async () => {
        const { sdk, sts } = await client(credentials, region)
        const { Arn } = await sts.send(new sdk.GetCallerIdentityCommand({}))
        return principalOf(Arn ?? '')
      }),
    getSessionToken: (credentials, region, { durationSeconds, mfa }) =>
      explained('sts:GetSessionToken', credentials, async () => {
        const { sdk, sts } = await client(credentials, region)
        const input = { DurationSeconds: durationSeconds, ...mfaInput(mfa) }
        const { Credentials } = await sts.send(new sdk.GetSessionTokenCommand(input))
        return temporary(Credentials, 'GetSessionToken')
      }),
    assumeRole: (credentials, region, { roleArn, sessionName, externalId, mfa }) =>
      explained('sts:AssumeRole', credentials, async () => {
        const { sdk, sts } = await client(credentials, region)
        const external = externalId === undefined ? {} : { ExternalId: externalId }
        const input = { RoleArn: roleArn, RoleSessionName: sessionName, ...external, ...mfaInput(mfa) }
        const { Credentials } = await sts.send(new sdk.AssumeRoleCommand(input)).catch((cause: Error) => {
          throw explainRefusedCode(cause) ?? explainRole(cause, roleArn)
        })
        return temporary(Credentials, `role ${roleArn}`)
      }),
  }
}

async function explained<T>(action: string, used: AwsCredentials, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw explainRefusedCode(cause) ?? explainAwsError(cause, action, used)
  }
}

function explainRole(cause: Error, roleArn: string): Error {
  if (cause.name !== 'AccessDenied') return cause
  return new LoginRefusal('ERR_IAM_AWS_REFUSED', `AWS does not let you assume the role ${roleArn}.`, {
    hint:
      'Your policy must allow `sts:AssumeRole` on it, and its trust policy must name you; it may want an external id ' +
      '(`--assume-role-external-id`) or MFA (`--mfa-serial-number`).',
    cause,
  })
}

/** Whoever AWS says this is can be proved to a service: or it is nobody that services know. */
function principalOf(arn: string): Principal {
  try {
    return parsePrincipalArn(arn)
  } catch (cause) {
    throw new LoginRefusal('ERR_IAM_AWS_REFUSED', `STS calls you ${arn}, which is no user, role or federated user.`, {
      hint: 'Check which credentials and which endpoint are in use with: `aws sts get-caller-identity`',
      cause,
    })
  }
}

function mfaInput(mfa: MfaCode | undefined): { SerialNumber?: string; TokenCode?: string } {
  return mfa === undefined ? {} : { SerialNumber: mfa.serialNumber, TokenCode: mfa.code }
}

function temporary(credentials: StsCredentials | undefined, origin: string): AwsCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {}
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw new LoginRefusal('ERR_IAM_AWS_REFUSED', 'AWS answered without credentials.')
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: new Secret(SecretAccessKey),
    sessionToken: new Secret(SessionToken),
    expiresAt: Expiration.getTime(),
    origin,
  }
}
