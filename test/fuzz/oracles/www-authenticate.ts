/** RFC 9110 §11.6.1 in another way than ours: the line is cut at its commas, and each piece is looked at by itself. */
export interface ReadChallenge {
  readonly scheme: string
  readonly params: (readonly [name: string, value: string])[]
  token68: string | undefined
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const QUOTED = '"((?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*)"'
const PARAM = new RegExp(`^(${TOKEN})[ \\t]*=[ \\t]*(?:(${TOKEN})|${QUOTED})$`)
const SCHEME = new RegExp(`^(${TOKEN})(?: +(.*))?$`, 's')
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/

/** Undefined for a line that does not parse. Twins are kept. */
export function readWwwAuthenticate(line: string): ReadChallenge[] | undefined {
  const pieces = cutAtCommas(line)
  const challenges: ReadChallenge[] = []
  for (const piece of pieces ?? []) {
    const current = challenges.at(-1)
    const param = readParam(piece)
    if (param !== undefined) {
      if (current === undefined || current.token68 !== undefined) return undefined
      current.params.push(param)
      continue
    }
    const started = readStart(piece)
    if (started === undefined) return undefined
    challenges.push(started)
  }
  return pieces && challenges
}

function readStart(piece: string): ReadChallenge | undefined {
  const [, scheme, rest] = SCHEME.exec(piece) ?? []
  if (scheme === undefined) return undefined
  const challenge: ReadChallenge = { scheme: scheme.toLowerCase(), params: [], token68: undefined }
  if (rest === undefined || rest === '') return challenge
  if (TOKEN68.test(rest)) return { ...challenge, token68: rest }
  const param = readParam(rest)
  return param && { ...challenge, params: [param] }
}

function readParam(piece: string): readonly [string, string] | undefined {
  const [, name, token, quoted] = PARAM.exec(piece) ?? []
  if (name === undefined) return undefined
  return [name.toLowerCase(), token ?? (quoted ?? '').replaceAll(/\\(.)/gs, '$1')]
}

/** Without the empty ones; undefined where a quote is left open. */
function cutAtCommas(line: string): string[] | undefined {
  const pieces: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at <= line.length; at++) {
    const char = line[at]
    if (isQuoted && char === '\\') at++
    else if (char === '"') isQuoted = !isQuoted
    else if (char === undefined ? true : char === ',' && !isQuoted) {
      pieces.push(trimmed(line.slice(start, at)))
      start = at + 1
    }
  }
  return isQuoted ? undefined : pieces.filter((piece) => piece !== '')
}

/** Without the spaces and tabs around it. */
export function trimmed(text: string): string {
  const kept = [...text.matchAll(/[^ \t]+/g)]
  const [first, last] = [kept[0], kept.at(-1)]
  return first === undefined || last === undefined ? '' : text.slice(first.index, last.index + last[0].length)
}
