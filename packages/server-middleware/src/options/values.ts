import type { Rate } from '../http/token-buckets.js'

/** A text that is there. @throws Error */
export function requireText(value: string | undefined): string {
  if (value === undefined || value === '') throw new Error('is missing')
  if (typeof value !== 'string') throw new Error('is not a text')
  return value
}

const DAY_SECONDS = 86_400

/** Whole seconds, from one to a day. @throws Error */
export function requireSeconds(seconds: number): number {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > DAY_SECONDS) {
    throw new Error(`it is a whole number of seconds, 1 to ${DAY_SECONDS}`)
  }
  return seconds
}

/** An http(s) URL without user, query or fragment. @throws Error */
export function requireEndpoint(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new Error('not an http or https URL')
  }
  return text
}

/** An object with these functions, or undefined. @throws Error */
export function requireFunctions<T extends object | undefined>(value: T, names: readonly string[]): T {
  const members = value as Readonly<Record<string, unknown>> | undefined
  const missing = members === undefined ? [] : names.filter((name) => typeof members[name] !== 'function')
  if (missing.length > 0) throw new Error(`it has no function ${missing.join(', ')}`)
  return value
}

/** @throws Error */
export function requireRate(rate: Rate): Rate {
  if (!(rate.perSecond > 0 && rate.burst >= 1)) throw new Error('perSecond is above 0, and burst 1 or more')
  return rate
}

/** @throws Error */
export function requireCount(count: number): number {
  if (!Number.isInteger(count) || count < 1) throw new Error('it is a whole number, 1 or more')
  return count
}
