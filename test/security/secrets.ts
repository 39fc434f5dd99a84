/** What the tests must keep to themselves, by name, and the search for it in whatever was written. */
export interface SecretBook {
  /** What is too short to be told from chance is left out: nothing below six characters is a secret. */
  add(name: string, value: string | Uint8Array): void
  /** `name as base64 in the log of the proxy`, for everything found. */
  leaksIn(where: string, written: string | Uint8Array): string[]
}

interface Form {
  readonly name: string
  readonly form: string
  readonly pattern: RegExp
}

export function createSecretBook(): SecretBook {
  const forms = new Map<string, readonly Form[]>()
  return {
    add(name, value) {
      const bytes = Buffer.from(value)
      const id = bytes.toString('latin1')
      if (bytes.length < 6 || forms.has(id)) return
      forms.set(id, formsOf(name, bytes))
    },
    leaksIn(where, written) {
      const text = typeof written === 'string' ? written : Buffer.from(written).toString('latin1')
      const found = [...forms.values()].flat().filter(({ pattern }) => pattern.test(text))
      return [...new Set(found.map(({ name, form }) => `${name} as ${form} in ${where}`))]
    },
  }
}

/** An MFA code is six digits, which stand in many numbers: it counts where it stands alone. */
function formsOf(name: string, bytes: Buffer): Form[] {
  const value = bytes.toString('latin1')
  if (/^\d{6}$/.test(value))
    return [{ name, form: 'it is', pattern: new RegExp(`(?<![0-9A-Za-z.])${value}(?![0-9A-Za-z])`) }]
  const plain: [form: string, text: string][] = [
    ['it is', value],
    ['JSON', JSON.stringify(value).slice(1, -1)],
    ['percent-encoding', encodeURIComponent(value)],
    ['percent-encoding of all bytes', [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')],
    ['HTML', value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')],
    ['hex', bytes.toString('hex')],
    ['UTF-16', Buffer.from(value, 'utf16le').toString('latin1')],
    ...[0, 1, 2].map((offset) => ['base64', inBase64(bytes, offset)] as [string, string]),
  ]
  return plain.map(([form, text]) => ({ name, form, pattern: new RegExp(asPattern(text, form)) }))
}

/** The characters that are the same whatever stands before and after, where `offset` bytes of a group stand before. */
function inBase64(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '')
  const complete = Math.floor(((offset + bytes.length) * 8) / 6)
  return text.slice(Math.ceil((offset * 8) / 6), complete)
}

/** Either kind of base64, either case of hex and escapes. */
function asPattern(text: string, form: string): string {
  const literal = text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
  if (form === 'base64') return text.replaceAll('+', '[+-]').replaceAll('/', '[/_]')
  if (form !== 'hex' && !form.startsWith('percent')) return literal
  return literal.replaceAll(/[a-f]/gi, (char) => (form === 'hex' ? `[${char}${char.toUpperCase()}]` : anyCase(char)))
}

function anyCase(char: string): string {
  return `[${char.toLowerCase()}${char.toUpperCase()}]`
}
