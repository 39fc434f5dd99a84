import type { EncryptionContext, KeyArn } from 'iam-auth-protocol'
import type { AwsCredentials } from '../credentials/source.js'
import { LoginRefusal } from '../login/refusal.js'

/** What was asked of KMS, and with what. */
export interface DeniedEncrypt {
  readonly key: KeyArn
  readonly context: EncryptionContext
  readonly credentials: AwsCredentials
}

/** A key that is not there, or switched off: no permission helps. */
const UNUSABLE = ['NotFoundException', 'DisabledException', 'KMSInvalidStateException', 'InvalidKeyUsageException']

/**
 * KMS said no: which statement is missing where, for whom. Undefined where it said something else.
 * AWS words it after "User: ARN is not authorized to perform: kms:Encrypt on resource: ARN":
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function explainDenial(cause: unknown, denied: DeniedEncrypt): LoginRefusal | undefined {
  const { name, message } = cause as Error
  const { key } = denied
  if (name === 'AccessDeniedException') {
    return new LoginRefusal('ERR_IAM_ENCRYPT_DENIED', `IAM does not let you log in: ${reasonFor(message)}.`, {
      hint: hintFor(message, denied),
      cause,
    })
  }
  if (!UNUSABLE.includes(name)) return undefined
  return new LoginRefusal('ERR_IAM_ENCRYPT_DENIED', `The service's key ${key.arn} cannot be used (${name}).`, {
    hint: 'It was deleted, switched off, or is another one by now: tell the people who run the service.',
    cause,
  })
}

/** Only these words are taken from AWS's message, which may hold anything. */
const POLICY =
  /\b(identity-based|resource-based|session|service control|resource control|VPC endpoint)\b|\bpermissions boundary\b/i

const PLACES: Readonly<Record<string, string>> = {
  'identity-based': 'the IAM policies of your user or role',
  'resource-based': 'the policy of the key itself',
  session: 'the policy of your session',
  'service control': 'a service control policy of your organisation',
  'resource control': 'a resource control policy of your organisation',
  'vpc endpoint': 'the policy of a VPC endpoint',
  'permissions boundary': 'the permissions boundary of your user or role',
}

function placeIn(message: string): string | undefined {
  const words = POLICY.exec(message.slice(message.lastIndexOf(' on resource: ') + 1))?.[0]
  return words === undefined ? undefined : PLACES[words.toLowerCase()]
}

function reasonFor(message: string): string {
  const place = placeIn(message)
  if (place === undefined) return "kms:Encrypt on the service's key is denied"
  return isExplicit(message)
    ? `${place} forbid${isPlural(place) ? '' : 's'} kms:Encrypt on the service's key`
    : `${place} do${isPlural(place) ? '' : 'es'} not allow kms:Encrypt on the service's key`
}

function isExplicit(message: string): boolean {
  return /\bexplicit deny\b/i.test(message)
}

function isPlural(place: string): boolean {
  return place.includes('policies')
}

function hintFor(message: string, { key, context, credentials }: DeniedEncrypt): string {
  const place = placeIn(message)
  const origin = context['iam-auth-origin']
  const condition = origin === undefined ? {} : { Condition: { StringEquals: { [ORIGIN_KEY]: origin } } }
  if (isExplicit(message)) {
    const denied = { Action: 'kms:Encrypt', Resource: key.arn, ...condition }
    return `No permission helps against a Deny. Ask why it is there, and whether it wants MFA, a network or a tag. What it denies:\n${pretty(denied)}`
  }
  if (place === PLACES['resource-based']) {
    const [, arn = 'YOUR ARN'] = /^User: (arn:[\w-]+:(?:iam|sts)::\d{12}:[\w+=,.@/-]+) is not /.exec(message) ?? []
    const statement = { Effect: 'Allow', Principal: { AWS: arn }, Action: 'kms:Encrypt', Resource: '*', ...condition }
    return `Ask whoever looks after ${key.arn} to add this statement to its key policy:\n${pretty(statement)}`
  }
  const statement = { Effect: 'Allow', Action: 'kms:Encrypt', Resource: key.arn, ...condition }
  // Long-lived keys carry no MFA, and a condition for it looks like a missing permission.
  const mfa =
    credentials.sessionToken === undefined ? ' (If it is there, it may want MFA: `--mfa-serial-number ARN`.)' : ''
  return `Ask for this statement in ${place ?? 'the IAM policies of your user or role'}:${mfa}\n${pretty(statement)}`
}

const ORIGIN_KEY = 'kms:EncryptionContext:iam-auth-origin'

function pretty(statement: object): string {
  return JSON.stringify(statement, undefined, 2)
}
