import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ProtocolError } from 'iam-auth-protocol'

/** A file of `vectors/`. The type is the reader's claim; the files explain themselves in `about`. */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./vectors/${name}`, import.meta.url), 'utf8')) as T
}

/** A case is either accepted, with what it means, or refused, with its code. */
export interface Case<T> {
  readonly accepted?: T
  readonly refused?: string
}

/** What a parser makes of one input, in the form the vectors have: a value, or the code of a ProtocolError. */
export function outcome<T>(parse: () => T): { accepted: T } | { refused: string } {
  try {
    return { accepted: parse() }
  } catch (error) {
    if (error instanceof ProtocolError) return { refused: error.code }
    throw error
  }
}

/** The error a call throws. */
export function caught(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new TypeError('the call threw no error')
}

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
export const hmacSha256 = (key: Uint8Array, text: string): Uint8Array => createHmac('sha256', key).update(text).digest()
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
