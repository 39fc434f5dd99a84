import { createDecipheriv } from 'node:crypto'
import {
  identityRequestHeaders,
  type LoginRequest,
  ProtocolError,
  parseAmzDate,
  type SignedIdentity,
} from 'iam-auth-protocol'
import type { IssuedChallenge } from '../challenges.js'
import type { Decrypted, Deps, SignedIdentityRequest } from '../deps.js'
import { LoginRefusal } from '../refusal.js'
import type { Store } from '../stores/store.js'
import type { BoundChallenge } from './bound-challenge.js'

/** One use: whoever comes second, on whichever instance, is refused. @throws LoginRefusal ERR_IAM_CHALLENGE_USED */
export async function consumeChallenge({ id, expSeconds }: IssuedChallenge, store: Store): Promise<void> {
  if (!(await store.consume(challengeStoreId(id), expSeconds + CLOCK_SECONDS))) {
    throw new LoginRefusal('ERR_IAM_CHALLENGE_USED', 'the challenge has been used')
  }
}

/** Instances whose clocks differ must not forget it while another one still accepts it. */
const CLOCK_SECONDS = 60

/** What a challenge is called in the store. */
export function challengeStoreId(id: string): string {
  return `challenge:${id}`
}

/** Decrypts under our own key and context alone. @throws LoginRefusal ERR_IAM_KMS_KEY and those of `decrypt` */
export async function decryptBound(
  ciphertext: Uint8Array,
  bound: BoundChallenge,
  deps: Pick<Deps, 'decrypt'>,
): Promise<Decrypted> {
  const { keyArn, encryptionContext } = bound
  const decrypted = await deps.decrypt({ ciphertext, keyArn, encryptionContext })
  if (decrypted.keyArn !== keyArn) throw new LoginRefusal('ERR_IAM_KMS_KEY', 'KMS answered with another key')
  return decrypted
}

const DATA_KEY_BYTES = 32

/** @throws LoginRefusal ERR_IAM_DATA_KEY and those of `decryptBound` */
export async function openDataKey(
  login: LoginRequest,
  bound: BoundChallenge,
  deps: Pick<Deps, 'decrypt'>,
): Promise<Uint8Array> {
  const { plaintext } = await decryptBound(login.encryptedKey, bound, deps)
  if (plaintext.length !== DATA_KEY_BYTES) throw new LoginRefusal('ERR_IAM_DATA_KEY', 'not a data key of 32 bytes')
  return plaintext
}

const TAG_BYTES = 16

/** AES-256-GCM with the binding as additional data: a proof sealed for another login does not open. @throws LoginRefusal ERR_IAM_SEAL */
export function openSeal({ iv, ciphertext }: LoginRequest, dataKey: Uint8Array, binding: string): string {
  if (ciphertext.length < TAG_BYTES) throw new LoginRefusal('ERR_IAM_SEAL', 'too short for its tag')
  try {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(binding, 'ascii')).setAuthTag(ciphertext.subarray(-TAG_BYTES))
    const bytes = Buffer.concat([decipher.update(ciphertext.subarray(0, -TAG_BYTES)), decipher.final()])
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new LoginRefusal('ERR_IAM_SEAL', 'sealed for another login, or altered', { cause })
  }
}

/** The region becomes part of the host we connect to: only one of our own list does. @throws LoginRefusal ERR_IAM_STS_REGION */
export function requireStsRegion({ region }: SignedIdentity, stsRegions: readonly string[]): void {
  if (!stsRegions.includes(region)) throw new LoginRefusal('ERR_IAM_STS_REGION', 'signed for a region we do not ask')
}

/** SigV4's own window is 15 minutes; ours is narrower. */
const DATE_WINDOW_MS = 300_000

/** @throws LoginRefusal ERR_IAM_PROOF_DATE */
export function requireRecentDate({ date }: SignedIdentity, nowMs: number): void {
  if (!(Math.abs(nowMs - parseDate(date)) <= DATE_WINDOW_MS)) {
    throw new LoginRefusal('ERR_IAM_PROOF_DATE', 'signed more than five minutes from now: check both clocks')
  }
}

function parseDate(date: string): number {
  try {
    return parseAmzDate(date)
  } catch (error) {
    if (error instanceof ProtocolError) return Number.NaN // February 30th
    throw error
  }
}

/** From constants and checked scalars: host, path, method, action and header names are never the client's. */
export function rebuildRequest(proof: SignedIdentity, binding: string): SignedIdentityRequest {
  const { region, signature } = proof
  return { region, headers: identityRequestHeaders({ ...proof, binding }, signature) }
}
