import { requireRule } from '../target.js'
import { ID_CHARACTERS, isMadeOf } from './names.js'
import { trimmed } from './www-authenticate.js'

/** The pairs of a Cookie field, the simple way. */
export function pairsOf(header: string): (readonly [name: string, value: string])[] {
  return header.split(';').flatMap((piece) => {
    const equals = piece.indexOf('=')
    return equals < 0 ? [] : [[trimmed(piece.slice(0, equals)), trimmed(piece.slice(equals + 1))] as const]
  })
}

/** PROTOCOL.md §2.1: exactly one challenge cookie among the `Set-Cookie` lines, of the name that goes with the scheme. */
export function requireCookieRules(
  origin: string,
  cookie: { readonly name: string; readonly value: string } | undefined,
  setCookies: readonly string[],
): void {
  const found = setCookies
    .map((line) => pairsOf(line.split(';')[0] ?? '')[0] ?? ['', ''])
    .filter(([name]) => name === '__Host-iam_auth_c' || name === 'iam_auth_c')
  const name = origin.startsWith('https:') ? '__Host-iam_auth_c' : 'iam_auth_c'
  requireRule('exactly one challenge cookie', found.length === 1 && found[0]?.[0] === name && cookie?.name === name)
  const value = found[0]?.[1] ?? ''
  const isValue = value.length <= 256 && isMadeOf(value, `${ID_CHARACTERS}.`) && cookie?.value === value
  requireRule("the form of the cookie's value", isValue)
}
