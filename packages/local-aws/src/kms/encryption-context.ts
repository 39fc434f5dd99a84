import { AwsError } from '../aws-error.js'

/** Named texts that an encryption is bound to. */
export type EncryptionContext = ReadonlyMap<string, string>

/** Reads the `EncryptionContext` of a request. Throws `SerializationException` for anything but texts. */
export function parseEncryptionContext(value: unknown): EncryptionContext {
  if (value === undefined || value === null) return new Map()
  if (typeof value !== 'object' || Array.isArray(value)) throw notTexts()
  const entries = Object.entries(value)
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) throw notTexts()
  return new Map(entries)
}

/**
 * The context as bytes, for the AEAD: sorted, and every name and value after its length, so that no two contexts have the same
 * bytes (`{"a":"b"}` is not `{"ab":""}`).
 */
export function encodeEncryptionContext(context: EncryptionContext): Buffer {
  const pairs = [...context].map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const)
  pairs.sort(([nameA], [nameB]) => nameA.compare(nameB))
  return Buffer.concat(pairs.flatMap(([name, value]) => [lengthOf(name), name, lengthOf(value), value]))
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return length
}

function notTexts(): AwsError {
  return new AwsError('SerializationException', 'EncryptionContext must map names to texts')
}
