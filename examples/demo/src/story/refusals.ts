import { type Crossing, header } from '../wire/crossing.js'
import { showKmsCall, showKmsRefusal } from './show-aws.js'
import { showChallenge, showRequest } from './show-http.js'
import { message, type Step } from './step.js'
import { challengeSteps, type Login } from './version-2.js'

/** Somebody whose IAM policy does not let them encrypt: the steps of version 2 up to KMS, and a page that says why. */
export function deniedSteps(login: Login, missing: string): readonly Step[] {
  return [
    ...challengeSteps(login),
    message(9, ['proxy', 'KMS'], 'Encrypt', 'a fresh data key, under the challenge’s key and context', showKmsCall),
    message(10, ['KMS', 'proxy'], '400', 'IAM has decided: this principal may not', showKmsRefusal),
    message(11, ['proxy', 'client'], '403', 'a page that says which statement is missing', showRefusalPage(missing)),
  ]
}

/** A site that passes on the challenge of another one. */
export function relaySteps({ url, service }: { readonly url: string; readonly service: string }): readonly Step[] {
  return [
    message(1, ['client', 'proxy'], `GET ${url}`, 'asks for a page of a hostile site', showRequest),
    message(2, ['proxy', 'hostile'], 'GET /', 'passes the request on', showRequest),
    message(3, ['hostile', 'service'], 'GET /', 'fetches a challenge for itself', () => [`to ${service}`]),
    message(4, ['service', 'hostile'], '401', 'a genuine challenge, with its cookie', showChallenge),
    message(5, ['hostile', 'proxy'], '401', 'the same challenge, word for word', showOrigin(service)),
    message(
      6,
      ['proxy', 'client'],
      '403',
      'the challenge was not made by the origin it asked: a page that says so',
      showRefusalPage('made for another site'),
    ),
  ]
}

function showOrigin(origin: string) {
  return (crossing: Crossing): string[] => {
    const parameter = `origin="${origin}"`
    if (!header(crossing, 'www-authenticate').includes(parameter)) throw new Error('it passed on something else')
    return [`WWW-Authenticate: IAM …, ${parameter}, …`]
  }
}

/** The text of the page, which has to say this. */
function showRefusalPage(expected: string) {
  return (crossing: Crossing): string[] => {
    const lines = crossing.body
      .replace(/^.*<main>/s, '')
      .split(/<[^>]*>/)
      .map((text) => text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))).trim())
      .filter((text) => text !== '')
    if (!lines.some((line) => line.includes(expected))) throw new Error(`the page does not say: ${expected}`)
    return lines
  }
}
