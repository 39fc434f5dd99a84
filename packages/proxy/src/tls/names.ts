import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { quote } from '../trust/quote.js'

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const MAX_NAME = 253

/** `co.uk` and its like: below them, strangers have names. */
const SECOND_LEVEL = /^(?:ac|co|com|edu|go|gob|gouv|gov|mil|ne|net|nom|or|org|sch)\.[a-z]{2}$/
/** Domains below which anybody can get a name: themselves, and for Amazon's also the parts between them and a name. */
const SHARED = [
  /^(?:[a-z0-9-]+\.){0,2}amazonaws\.com(?:\.cn)?$/,
  /^(?:[a-z0-9-]+\.)?(?:elasticbeanstalk\.com|awsapprunner\.com)$/,
  /^(?:cloudfront\.net|github\.io|gitlab\.io|herokuapp\.com|azurewebsites\.net|pages\.dev|workers\.dev)$/,
  /^(?:appspot\.com|run\.app|web\.app|vercel\.app|netlify\.app|onrender\.com|fly\.dev|ngrok\.io|ngrok\.app)$/,
]

/** A host as certificates have it: A-labels, lower case, no dot at the end. Undefined for IP literals and what is no host. */
export function normaliseHost(host: string): string | undefined {
  // Node would take `a/b` for a URL's host and give `a`.
  if (/[^a-z0-9._\-\x80-\u{10ffff}]/iu.test(host)) return undefined
  const name = domainToASCII(host.replace(/\.$/, ''))
  if (name === '' || name.length > MAX_NAME || isIP(name) !== 0) return undefined
  return name.split('.').every((label) => LABEL.test(label)) ? name : undefined
}

/** Whether one of these names, or a name above the host, permits it. The same rule as dNSName constraints have. */
export function isPermitted(permitted: readonly string[], host: string): boolean {
  const name = normaliseHost(host)
  return name !== undefined && permitted.some((own) => name === own || name.endsWith(`.${own}`))
}

/**
 * A name that an authority may be constrained to: not so wide that strangers have names below it.
 *
 * @throws TypeError that says why not
 */
export function requirePermittedName(text: string): string {
  const name = normaliseHost(text.replace(/^\*\./, ''))
  // Whom it may speak for is to be seen: letters of several scripts look alike.
  if (name !== undefined && /[^\x00-\x7f]/.test(text)) {
    throw new TypeError(`${quote(text)} has letters beyond ASCII: write ${name}, if you mean it`)
  }
  if (name === undefined) {
    const what =
      isIP(text.replaceAll(/[[\]]/g, '')) === 0 ? 'not a domain' : 'an IP address, and only names are permitted'
    throw new TypeError(`${quote(text)} is ${what}: write it like corp.example.com`)
  }
  const labels = name.split('.')
  if (labels.length < 2) throw new TypeError(`${quote(text)} is too wide: at least two labels, like corp.example.com`)
  if (SECOND_LEVEL.test(name) || SHARED.some((shape) => shape.test(name))) {
    throw new TypeError(`${quote(text)} is too wide: strangers have names below it. Name your own, below it`)
  }
  return name
}

/** Sorted, each once, without those that another one covers. */
export function widestNames(names: readonly string[]): string[] {
  const unique = [...new Set(names)].sort()
  return unique.filter((name) => !unique.some((other) => name.endsWith(`.${other}`)))
}
