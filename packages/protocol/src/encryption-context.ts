import { formatBase64, parseBase64 } from './base64.js'
import { ProtocolError } from './errors.js'
import { countJsonStrings, parseJsonObject } from './json-object.js'

/** A KMS encryption context: names to values, both strings. */
export type EncryptionContext = Readonly<Record<string, string>>

/** What a bound context says about the login it belongs to. */
export interface ContextBinding {
  readonly origin: string
  readonly challenge: string
  readonly realm: string
}

const MAX_JSON_BYTES = 2048
/** What is longer is not even decoded. */
const MAX_BASE64_LENGTH = 4 * Math.ceil(MAX_JSON_BYTES / 3)
const MAX_PAIRS = 16
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:/=+@-]{0,127}$/
const VALUE = /^[\x20-\x7e]{1,512}$/
const RESERVED = /^iam-auth-/i

/**
 * The context of an `Iam-Auth-Kms-Encryption-Context` value: padded base64 of a flat JSON object of strings.
 *
 * @throws ProtocolError ERR_IAM_CONTEXT_ENCODING (base64, UTF-8, JSON, size), ERR_IAM_CONTEXT_SHAPE (names, values, twins)
 */
export function parseEncryptionContext(headerValue: string): EncryptionContext {
  const json = decodeJson(headerValue)
  const value = parseJsonObject(json)
  if (value === undefined) throw encoding('not a JSON object')
  const pairs = Object.entries(value)
  if (pairs.length > MAX_PAIRS) throw shape('more than 16 pairs')
  for (const [name, text] of pairs) {
    if (!NAME.test(name) || typeof text !== 'string' || !VALUE.test(text)) throw shape('a name or value is not allowed')
  }
  if (countJsonStrings(json) !== pairs.length * 2) throw shape('a name stands twice')
  return Object.fromEntries(pairs) as EncryptionContext
}

/** The header value of a context: padded base64 of its JSON without white space, in the order of its names. */
export function formatEncryptionContext(context: EncryptionContext): string {
  return formatBase64(new TextEncoder().encode(JSON.stringify(context)))
}

/** The context of one login: the four bound pairs first, then the service's own (`salt`). */
export function boundContext(binding: ContextBinding, extra: EncryptionContext = {}): EncryptionContext {
  return {
    'iam-auth-v': '2',
    'iam-auth-origin': binding.origin,
    'iam-auth-challenge': binding.challenge,
    'iam-auth-realm': binding.realm,
    ...extra,
  }
}

/**
 * The context holds exactly the four bound pairs of this login, and no other name that begins with `iam-auth-`.
 *
 * @throws ProtocolError ERR_IAM_CONTEXT_CONTENT
 */
export function requireBoundContext(context: EncryptionContext, binding: ContextBinding): void {
  const expected = boundContext(binding)
  const reserved = Object.keys(context).filter((name) => RESERVED.test(name))
  const exact = Object.entries(expected).every(
    ([name, value]) => Object.hasOwn(context, name) && context[name] === value,
  )
  if (!exact || reserved.length !== Object.keys(expected).length) {
    throw content('the encryption context is not bound to this origin, challenge and realm')
  }
}

/**
 * The context of a challenge without `v`: free, but where it names an origin it is the one that was fetched. One that says
 * `iam-auth-v` is of a service that offers version 2, so someone took the `v` out of its challenge on the way.
 *
 * @throws ProtocolError ERR_IAM_CONTEXT_CONTENT
 */
export function requireOriginalContext(context: EncryptionContext, origin: string): void {
  for (const [name, value] of Object.entries(context)) {
    const reserved = name.toLowerCase()
    if (reserved === 'iam-auth-v') throw content('the encryption context is of version 2, the challenge is not')
    if (reserved !== 'iam-auth-origin') continue
    if (name !== 'iam-auth-origin' || value !== origin) throw content('the encryption context is of another origin')
  }
}

function decodeJson(headerValue: string): string {
  try {
    const bytes = headerValue.length > MAX_BASE64_LENGTH ? undefined : parseBase64(headerValue)
    if (bytes && bytes.length <= MAX_JSON_BYTES) {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    }
  } catch (cause) {
    throw encoding('not base64 of UTF-8', cause)
  }
  throw encoding('longer than 2048 bytes')
}

function encoding(what: string, cause?: unknown): ProtocolError {
  return new ProtocolError('ERR_IAM_CONTEXT_ENCODING', `encryption context: ${what}`, { cause })
}

function shape(what: string): ProtocolError {
  return new ProtocolError('ERR_IAM_CONTEXT_SHAPE', `encryption context: ${what}`)
}

function content(message: string): ProtocolError {
  return new ProtocolError('ERR_IAM_CONTEXT_CONTENT', message)
}
