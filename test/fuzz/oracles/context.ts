import { requireRule } from '../target.js'
import { isObject, type JsonObject, readJson } from './json.js'
import { ID_CHARACTERS, isMadeOf } from './names.js'

const CONTEXT_NAME = `${ID_CHARACTERS}.:/=+@`

/** PROTOCOL.md §2.1, "base64 of a JSON object of strings": what every context that is accepted keeps to. */
export function requireContextRules(header: string, accepted: Readonly<Record<string, string>>): void {
  const bytes = Buffer.from(header, 'base64')
  requireRule('base64 in its one spelling', bytes.toString('base64') === header)
  requireRule('at most 2048 bytes', bytes.length <= 2048)
  const text = bytes.toString('utf8')
  requireRule('UTF-8', Buffer.from(text).equals(bytes))
  requireRule('no byte order mark', !text.startsWith('\ufeff'))
  const json = readJson(text)
  requireRule('a JSON object', isObject(json))
  const { members } = json as JsonObject
  requireRule('at most 16 pairs', members.length <= 16)
  requireRule('no name twice', new Set(members.map(([name]) => name)).size === members.length)
  for (const [name, value] of members) {
    const isName = name.length <= 128 && isMadeOf(name, CONTEXT_NAME) && /^[A-Za-z0-9]/.test(name)
    requireRule('the form of a name', isName)
    const isValue = typeof value === 'string' && value.length >= 1 && value.length <= 512 && /^[ -~]+$/.test(value)
    requireRule('the form of a value', isValue)
  }
  requireRule(
    'read as it stands',
    JSON.stringify(Object.entries(accepted).sort()) === JSON.stringify([...members].sort()),
  )
}
