import { isOrigin } from 'iam-auth-protocol'
import { quote } from './quote.js'

/** Labels after the `*`: fewer would be everything below `com`. */
const MIN_LABELS = 2
const SHAPE = /^https?:\/\/\*\.([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::\d{1,5})?$/
const LABELS = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/

/**
 * `https://*.corp.example.com[:port]`: every host below a name. Returns its argument; nothing is normalised, since it is
 * compared byte for byte with origins.
 *
 * @throws TypeError that says what to write
 */
export function requireSuffix(text: string): string {
  const [, labels] = SHAPE.exec(text) ?? []
  if (labels === undefined || !isOrigin(example(text))) {
    throw new TypeError(`${quote(text)} is not a suffix: ${suffixHint(text)}`)
  }
  if (labels.split('.').length < MIN_LABELS) {
    throw new TypeError(`${quote(text)} is too wide: at least two labels, like https://*.corp.example.com`)
  }
  return text
}

/** Whether an origin is below a suffix: same scheme, same port, and at least one whole label more. */
export function matchesSuffix(suffix: string, origin: string): boolean {
  const star = suffix.indexOf('*')
  const head = suffix.slice(0, star)
  const tail = suffix.slice(star + 1)
  if (!origin.startsWith(head) || !origin.endsWith(tail)) return false
  return LABELS.test(origin.slice(head.length, -tail.length))
}

/** Some origin below it. */
function example(suffix: string): string {
  return suffix.replace('*', 'x')
}

function suffixHint(text: string): string {
  try {
    const normalised = new URL(example(text)).origin.replace('://x.', '://*.')
    if (SHAPE.test(normalised) && normalised !== text) return `write ${normalised}`
  } catch {
    // not a URL at all: the general hint
  }
  return 'write it like https://*.corp.example.com'
}
