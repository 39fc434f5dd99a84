import { type Crossing, header } from '../wire/crossing.js'
import { showKmsCall, showKmsRefusal } from './show-aws.js'
import { showRequest } from './show-http.js'
import { message, type Step } from './step.js'
import { challengeSteps, type Login } from './version-2.js'

/** Somebody whose IAM policy does not let them encrypt: the steps of version 2 up to KMS, and a page that says why. */
export function deniedSteps(login: Login, missing: string): readonly Step[] {
  return [
    ...challengeSteps(login),
    message(9, ['proxy', 'KMS'], 'Encrypt', 'a fresh data key, under the challenge’s key and context', showKmsCall),
    {
      number: 10,
      route: 'KMS → proxy',
      text: 'IAM has decided: this principal may not. The client gets a page that says which statement is missing',
      messages: [
        { from: 'KMS', to: 'proxy', what: '400', details: showKmsRefusal },
        { from: 'proxy', to: 'client', what: '403', details: showRefusalPage(missing) },
      ],
    },
  ]
}

/** A site that passes on the challenge of another one: the steps of version 2 up to the check of the challenge. */
export function relaySteps({ url, service }: { readonly url: string; readonly service: string }): readonly Step[] {
  return [
    message(1, ['client', 'proxy'], `GET ${url}`, 'asks for a page of a hostile site', showRequest),
    message(2, ['proxy', 'hostile'], 'GET /', 'passes the request on', showRequest),
    {
      number: 3,
      route: 'hostile → proxy',
      text: `fetches a challenge for itself from ${service}, and passes it on word for word`,
      messages: [
        { from: 'hostile', to: 'service', what: 'GET /', details: () => [] },
        { from: 'service', to: 'hostile', what: '401', details: () => [] },
        { from: 'hostile', to: 'proxy', what: '401', details: showOrigin(service) },
      ],
    },
    message(
      4,
      ['proxy', 'client'],
      '403',
      'checks the challenge before it touches a credential: another origin made it. A page that says so',
      showRefusalPage('ERR_IAM_ORIGIN'),
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

/** The text of the page, which has to say this; how it breaks its lines is its own business. */
function showRefusalPage(expected: string) {
  return (crossing: Crossing): string[] => {
    const lines = crossing.body
      .replace(/^.*<main>/s, '')
      .split(/<[^>]*>/)
      .map((text) => text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))))
      .map((text) => text.replaceAll(/\s+/g, ' ').trim())
      .filter((text) => text !== '')
    if (!withoutSpace(lines.join()).includes(withoutSpace(expected))) throw new Error(`it does not say: ${expected}`)
    return lines
  }
}

function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, '')
}
