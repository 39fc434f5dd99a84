import { mask } from '../print/mask.js'
import { type Crossing, header } from '../wire/crossing.js'
import { showContext } from './show-http.js'

/** Who signed a call, and the parameters named; those of GetCallerIdentity are none. */
export function showQuery(...names: readonly string[]) {
  return (crossing: Crossing): string[] => {
    const query = new URLSearchParams(crossing.body)
    const parameters = names.map((name) => `${name}: ${required(query.get(name), name)}`)
    return [...parameters, `signed by ${signer(crossing)}`]
  }
}

/** The ARN in an answer of STS, which has to be this one. */
export function showArn(arn: string) {
  return (crossing: Crossing): string[] => {
    const told = /<Arn>([^<]+)<\/Arn>|"Arn": *"([^"]+)"/.exec(crossing.body)
    if ((told?.[1] ?? told?.[2]) !== arn) throw new Error(`STS did not say ${arn}`)
    return [arn]
  }
}

/** The credentials in an answer of STS. */
export function showCredentials(crossing: Crossing): string[] {
  return ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map((name) => {
    const [, value] = new RegExp(`<${name}>([^<]+)</${name}>`).exec(crossing.body) ?? []
    return `${name}: ${mask(required(value, name))}`
  })
}

/** What KMS is asked: key, context, and what is to be encrypted or decrypted. */
export function showKmsCall(crossing: Crossing): string[] {
  const { KeyId, EncryptionContext, Plaintext, CiphertextBlob } = JSON.parse(crossing.body)
  return [
    `KeyId: ${KeyId}`,
    `EncryptionContext: ${showContext(JSON.stringify(EncryptionContext))}`,
    Plaintext === undefined ? `CiphertextBlob: ${mask(CiphertextBlob)}` : `Plaintext: ${mask(Plaintext)}`,
    `signed by ${signer(crossing)}`,
  ]
}

/** What KMS answers with. */
export function showKmsAnswer(name: 'Plaintext' | 'CiphertextBlob') {
  return (crossing: Crossing): string[] => [`${name}: ${mask(required(JSON.parse(crossing.body)[name], name))}`]
}

/** Why KMS refused. */
export function showKmsRefusal(crossing: Crossing): string[] {
  const { __type: type, Message, message = Message } = JSON.parse(crossing.body)
  return [`${type}: ${message}`]
}

/** A GetCallerIdentity that the service sends with the signature of somebody else. */
export function showRebuilt(crossing: Crossing): string[] {
  const binding = required(header(crossing, 'x-iam-auth-binding'), 'x-iam-auth-binding')
  const authorization = header(crossing, 'authorization')
    .replace(/Credential=(\w+)/, (_, id: string) => `Credential=${mask(id)}`)
    .replace(/Signature=(\w+)/, (_, signature: string) => `Signature=${mask(signature)}`)
  const token = header(crossing, 'x-amz-security-token')
  return [
    `POST / to ${header(crossing, 'host')}`,
    `X-Amz-Date: ${header(crossing, 'x-amz-date')}`,
    ...(token === '' ? [] : [`X-Amz-Security-Token: ${mask(token)}`]),
    `X-Iam-Auth-Binding: ${mask(binding)}`,
    `Authorization: ${authorization}`,
    crossing.body,
  ]
}

function signer(crossing: Crossing): string {
  const [, id] = /Credential=(\w+)/.exec(header(crossing, 'authorization')) ?? []
  return mask(required(id, 'signature'))
}

function required(value: string | null | undefined, name: string): string {
  if (!value) throw new Error(`there is no ${name}`)
  return value
}
