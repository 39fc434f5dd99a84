import { ProtocolError } from './errors.js'

/** One challenge of a `WWW-Authenticate` field (RFC 9110 §11.6.1). */
export interface AuthChallenge {
  /** Lower case. */
  readonly scheme: string
  /** Names in lower case, values unquoted. Empty for the token68 form. */
  readonly params: ReadonlyMap<string, string>
  readonly token68: string | undefined
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y
const QUOTED_STRING = /"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)"/y
const EQUALS = /[ \t]*=[ \t]*/y
const SPACES = / +/y
const OPTIONAL_SPACE = /[ \t]*/y
const SEPARATORS = /[ \t]*(?:,[ \t]*)+/y
const LEADING_SEPARATORS = /[ \t,]*/y

/**
 * All challenges of one field line, by RFC 9110 §11.6.1 to the letter.
 *
 * @throws ProtocolError ERR_IAM_CHALLENGE_SYNTAX, ERR_IAM_CHALLENGE_PARAMETER_TWICE (name compared without case)
 */
export function parseAuthChallenges(line: string): AuthChallenge[] {
  const cursor = new Cursor(line)
  const challenges: AuthChallenge[] = []
  cursor.take(LEADING_SEPARATORS)
  while (!cursor.atEnd()) challenges.push(parseOne(cursor))
  return challenges
}

/** `name="value"`, with `"` and `\` escaped. */
export function formatAuthParam(name: string, value: string): string {
  return `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`
}

function parseOne(cursor: Cursor): AuthChallenge {
  const scheme = cursor.require(TOKEN).toLowerCase()
  const params = new Map<string, string>()
  if (cursor.take(SPACES) === undefined) {
    endOfChallenge(cursor)
    return { scheme, params, token68: undefined }
  }
  const token68 = cursor.take(TOKEN68)
  if (token68 !== undefined) {
    endOfChallenge(cursor)
    return { scheme, params, token68 }
  }
  // `Scheme   , other`: spaces and no parameter.
  while (cursor.nextIsParam()) {
    parseParam(cursor, params)
    if (!endOfChallenge(cursor)) break
  }
  if (params.size === 0) endOfChallenge(cursor)
  return { scheme, params, token68: undefined }
}

function parseParam(cursor: Cursor, params: Map<string, string>): void {
  const name = cursor.require(TOKEN).toLowerCase()
  cursor.require(EQUALS)
  const quoted = cursor.take(QUOTED_STRING)
  const value = quoted === undefined ? cursor.require(TOKEN) : quoted.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
  if (params.has(name)) {
    throw new ProtocolError('ERR_IAM_CHALLENGE_PARAMETER_TWICE', 'a parameter of the challenge stands twice')
  }
  params.set(name, value)
}

/** A comma or the end must follow; true when there is more to read. */
function endOfChallenge(cursor: Cursor): boolean {
  if (cursor.take(SEPARATORS) === undefined) {
    cursor.take(OPTIONAL_SPACE)
    if (!cursor.atEnd()) throw cursor.error()
  }
  return !cursor.atEnd()
}

class Cursor {
  #at = 0

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    return this.#at === this.text.length
  }

  /** What `pattern` (sticky) matches here, consumed; undefined where it matches nothing. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  require(pattern: RegExp): string {
    const found = this.take(pattern)
    if (found === undefined) throw this.error()
    return found
  }

  /** A parameter's name and its `=` come next (else a new scheme begins). */
  nextIsParam(): boolean {
    const start = this.#at
    const found = this.take(TOKEN) !== undefined && this.take(EQUALS) !== undefined
    this.#at = start
    return found
  }

  error(): ProtocolError {
    return new ProtocolError('ERR_IAM_CHALLENGE_SYNTAX', `malformed WWW-Authenticate at character ${this.#at}`)
  }
}
