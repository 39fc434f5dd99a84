import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { KmsKey } from '../world/account.js'
import { type EncryptionContext, encodeEncryptionContext } from './encryption-context.js'

// magic (5) | length of the key id (1) | key id | filler | nonce (12) | sealed | tag (16). The filler stands for the wrapped data key of
// AWS's own blobs: with it a blob is 152 bytes longer than its plaintext, as AWS's are for short ones.
const magic = Buffer.from([1, 2, 2, 0, 0x78])
const overhead = 152
const nonceLength = 12
const tagLength = 16

/** Encrypts under a key, bound to the context: AES-256-GCM; all that precedes the nonce is authenticated too. */
export function seal(key: KmsKey, plaintext: Buffer, context: EncryptionContext): Buffer {
  const header = formatHeader(key.id)
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', key.material, nonce)
  cipher.setAAD(Buffer.concat([header, encodeEncryptionContext(context)]))
  return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** The id of the key that a blob says it is encrypted under; undefined if it is no blob of ours. Nothing is verified. */
export function readKeyId(blob: Buffer): string | undefined {
  if (blob.length < overhead || !blob.subarray(0, magic.length).equals(magic)) return undefined
  const length = blob.readUInt8(magic.length)
  return length <= maxKeyIdLength ? blob.toString('latin1', magic.length + 1, magic.length + 1 + length) : undefined
}

/** Decrypts a blob of this key; undefined if it was altered or the context is another. */
export function open(key: KmsKey, blob: Buffer, context: EncryptionContext): Buffer | undefined {
  const header = blob.subarray(0, headerLength)
  const nonce = blob.subarray(headerLength, headerLength + nonceLength)
  const decipher = createDecipheriv('aes-256-gcm', key.material, nonce, { authTagLength: tagLength })
  decipher.setAAD(Buffer.concat([header, encodeEncryptionContext(context)]))
  decipher.setAuthTag(blob.subarray(blob.length - tagLength))
  const plaintext = decipher.update(blob.subarray(headerLength + nonceLength, blob.length - tagLength))
  try {
    return Buffer.concat([plaintext, decipher.final()])
  } catch {
    return undefined
  }
}

const headerLength = overhead - nonceLength - tagLength
const maxKeyIdLength = headerLength - magic.length - 1

function formatHeader(keyId: string): Buffer {
  const id = Buffer.from(keyId, 'latin1')
  const filler = randomBytes(maxKeyIdLength - id.length)
  return Buffer.concat([magic, Buffer.from([id.length]), id, filler])
}
