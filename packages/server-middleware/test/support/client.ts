import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  type BindingFields,
  type Challenge,
  formatAmzDate,
  formatBinding,
  formatLoginRequest,
  formatSessionTokenProof,
  formatSignedIdentity,
  parseChallenge,
  signIdentityRequest,
} from 'iam-auth-protocol'
import { type Answer, cookiesOf, send } from './http.js'
import type { TestService } from './service.js'

/** As much of a service under test as a client needs to know. */
export type LoginTarget = Pick<TestService, 'url' | 'aws'> & { readonly clock: { readonly ms: number } }

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** What a client that misbehaves does otherwise. */
export interface Twists {
  /** What the proof is bound to. */
  readonly fields?: Partial<BindingFields>
  readonly date?: string
  readonly region?: string
  /** The proof's JSON, before it is sealed. */
  readonly proof?: (json: string) => string | Uint8Array
  readonly dataKeyBytes?: number
  readonly encryptionContext?: Readonly<Record<string, string>>
  readonly keyArn?: string
  /** The sealed proof. */
  readonly seal?: (ciphertext: Uint8Array) => Uint8Array
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const hmacSha256 = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest()

export function readChallenge(answer: Answer, origin: string, clockMs: number): Challenge & { bound: object } {
  const nowSeconds = Math.floor(clockMs / 1000)
  const challenge = parseChallenge(answer.rawHeaders, { origin, nowSeconds, allowedVersions: [1, 2] })
  if (challenge.bound === undefined) throw new Error('not a challenge of version 2')
  return challenge as Challenge & { bound: object }
}

/** The body of a version-2 login that answers this challenge. */
async function answerChallenge(
  challenge: Challenge,
  origin: string,
  credentials: Credentials,
  { aws, clock }: Pick<LoginTarget, 'aws' | 'clock'>,
  twists: Twists = {},
): Promise<string> {
  const bound = challenge.bound
  if (bound === undefined) throw new Error('not a challenge of version 2')
  const fields = {
    origin,
    realm: challenge.realm,
    challenge: bound.challenge,
    exp: bound.rawExp,
    versions: bound.rawVersions,
    proofs: bound.rawProofs,
    proof: bound.proof,
    keyArn: challenge.key.arn,
    encryptionContextHeader: challenge.encryptionContextHeader,
    authPath: bound.rawAuthPath,
  }
  const binding = formatBinding({ ...fields, ...twists.fields }, sha256)
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const region = twists.region ?? bound.stsRegions[0] ?? ''
  const request = { region, date: twists.date ?? formatAmzDate(clock.ms), accessKeyId, sessionToken, binding }
  const signature = signIdentityRequest(request, secretAccessKey, { sha256, hmacSha256 })
  const json = formatSignedIdentity({ ...request, signature })
  const dataKey = randomBytes(32)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv).setAAD(Buffer.from(formatBinding(fields, sha256)))
  const ciphertext = Buffer.concat([cipher.update(twists.proof?.(json) ?? json), cipher.final(), cipher.getAuthTag()])
  const encryptedKey = await encrypt(
    dataKey.subarray(0, twists.dataKeyBytes),
    twists.keyArn ?? challenge.key.arn,
    twists.encryptionContext ?? challenge.encryptionContext,
    credentials,
    aws.endpoint,
  )
  const sealed = twists.seal?.(ciphertext) ?? ciphertext
  return formatLoginRequest({ challenge: bound.challenge, encryptedKey, iv, ciphertext: sealed })
}

/** The token of version 1. */
export async function sealSessionToken(
  plaintext: string | Required<Credentials>,
  challenge: Challenge,
  credentials: Credentials,
  { aws }: Pick<TestService, 'aws'>,
): Promise<string> {
  const text =
    typeof plaintext === 'string'
      ? plaintext
      : formatSessionTokenProof({ ...plaintext, expiration: '2026-01-01T00:15:00Z' })
  const { key, encryptionContext } = challenge
  const sealed = await encrypt(Buffer.from(text), key.arn, encryptionContext, credentials, aws.endpoint)
  return Buffer.from(sealed).toString('base64')
}

async function encrypt(
  plaintext: Uint8Array,
  keyArn: string,
  encryptionContext: Readonly<Record<string, string>>,
  credentials: Credentials,
  endpoint: string,
): Promise<Uint8Array> {
  const region = keyArn.split(':')[3] ?? ''
  const kms = new KMSClient({ region, endpoint, credentials, maxAttempts: 1 })
  const input = { KeyId: keyArn, Plaintext: plaintext, EncryptionContext: { ...encryptionContext } }
  const { CiphertextBlob } = await kms.send(new EncryptCommand(input))
  kms.destroy()
  return CiphertextBlob ?? new Uint8Array()
}

export function credentialsOf({ aws }: Pick<TestService, 'aws'>, user = 'alice'): Credentials {
  const key = aws.state.user(user).accessKeys[0]
  if (key === undefined) throw new Error(`${user} has no access key`)
  return { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey }
}

/** The 401, and a login that would be taken: for tests that change one thing. */
export async function prepareLogin(
  service: LoginTarget,
  given: { credentials?: Credentials; twists?: Twists; origin?: string } = {},
) {
  const { credentials = credentialsOf(service), twists = {}, origin = service.url } = given
  const headers = { host: new URL(origin).host }
  const challenged = await send(`${service.url}/`, { headers })
  const challenge = readChallenge(challenged, origin, service.clock.ms)
  const body = await answerChallenge(challenge, origin, credentials, service, twists)
  service.aws.resetCalls()
  return {
    challenge,
    challenged,
    body,
    headers: { ...headers, 'content-type': 'application/json', origin, cookie: cookiesOf(challenged.setCookies) },
  }
}

/** A whole login. */
export async function logIn(service: LoginTarget, given: Parameters<typeof prepareLogin>[1] = {}) {
  const { headers, body } = await prepareLogin(service, given)
  const answer = await send(`${service.url}/auth`, { method: 'POST', headers, body })
  return { answer, cookie: cookiesOf(answer.setCookies) }
}
