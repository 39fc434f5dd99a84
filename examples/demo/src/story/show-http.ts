import { mask, maskCookies, maskJson, maskQuery } from '../print/mask.js'
import { type Crossing, header, setCookies } from '../wire/crossing.js'

/** The request line, and the cookies if there are any. */
export function showRequest(crossing: Crossing): string[] {
  if (crossing.kind === 'response') throw new Error('an answer, not a request')
  const cookie = header(crossing, 'cookie')
  const line = `${crossing.method} ${maskQuery(crossing.target, ['return_url', '__iam'])}`
  return cookie === '' ? [line] : [line, `Cookie: ${maskCookies(cookie)}`]
}

/** Status, redirect and cookies of an answer. */
export function showResponse(crossing: Crossing): string[] {
  if (crossing.kind === 'request') throw new Error('a request, not an answer')
  const location = header(crossing, 'location')
  return [
    `${crossing.status} ${crossing.reason}`,
    ...(location === '' ? [] : [`Location: ${maskQuery(location, ['return_url', '__iam'])}`]),
    ...showSetCookies(crossing),
  ]
}

/** An answer that gives a cookie. */
export function showWithCookie(crossing: Crossing): string[] {
  if (!setCookies(crossing).some(({ value }) => value !== '')) throw new Error('it sets no cookie')
  return showResponse(crossing)
}

/** An answer that says who you are, and whatever cookies it gives. */
export function showPage(arn: string) {
  return (crossing: Crossing): string[] => {
    if (!crossing.body.includes(arn)) throw new Error(`the page does not say ${arn}`)
    return [...showResponse(crossing), crossing.body.trim()]
  }
}

/** The 401: its challenge, the key, the context, the cookie. */
export function showChallenge(crossing: Crossing): string[] {
  const challenge = header(crossing, 'www-authenticate')
  const context = header(crossing, 'iam-auth-kms-encryption-context')
  const keyId = header(crossing, 'iam-auth-kms-key-id')
  if (!/^IAM realm="/.test(challenge) || context === '') throw new Error('there is no challenge in it')
  return [
    `WWW-Authenticate: ${challenge.replace(/challenge="([^"]+)"/, (_, id: string) => `challenge="${mask(id)}"`)}`,
    ...(keyId === '' ? [] : [`Iam-Auth-Kms-Key-Id: ${keyId}`]),
    `Iam-Auth-Kms-Encryption-Context: base64 of ${showContext(Buffer.from(context, 'base64').toString())}`,
    ...showSetCookies(crossing),
  ]
}

/** An encryption context, which is JSON. Of its pairs only the challenge is worth masking. */
export function showContext(json: string): string {
  return maskJson(json, ['iam-auth-v', 'iam-auth-origin', 'iam-auth-realm', 'salt'])
}

/** The body of a version-2 login. */
export function showLogin(crossing: Crossing): string[] {
  return [...showRequest(crossing), `Origin: ${header(crossing, 'origin')}`, maskJson(crossing.body, [])]
}

function showSetCookies(crossing: Crossing): string[] {
  return setCookies(crossing).map(({ name, value, attributes }) => {
    return `Set-Cookie: ${name}=${value === '' ? '' : mask(value)}${attributes}`
  })
}
