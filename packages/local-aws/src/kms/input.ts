import { AwsError } from '../aws-error.js'

/** The members of a JSON request. */
export type KmsInput = Readonly<Record<string, unknown>>

/** Parses a request's body. Throws `SerializationException`. */
export function parseInput(body: Buffer): KmsInput {
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('the body is not an object')
  return value as KmsInput
}

/** A text that may be left out. Throws `SerializationException`, `ValidationException`. */
export function readText(input: KmsInput, name: string, max: number): string | undefined {
  const value = Object.hasOwn(input, name) ? input[name] : undefined
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw malformed(`${name} is not a text`)
  requireLength(name, value.length, max)
  return value
}

/** A text that must be there. */
export function requireText(input: KmsInput, name: string, max: number): string {
  return readText(input, name, max) ?? missing(name)
}

/** Bytes in base64 that must be there, at most `max` of them. */
export function requireBytes(input: KmsInput, name: string, max: number): Buffer {
  const text = readText(input, name, Number.POSITIVE_INFINITY) ?? missing(name)
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw malformed(`${name} is not base64`)
  requireLength(name, bytes.length, max)
  return bytes
}

function requireLength(name: string, length: number, max: number): void {
  if (length < 1) throw invalid(name, 'Member must have length greater than or equal to 1')
  if (length > max) throw invalid(name, `Member must have length less than or equal to ${max}`)
}

function missing(name: string): never {
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`,
  )
}

function invalid(name: string, constraint: string): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${lowerFirst(name)}' failed to satisfy constraint: ${constraint}`,
  )
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function malformed(message: string): AwsError {
  return new AwsError('SerializationException', message)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw malformed('the body is not JSON')
  }
}
