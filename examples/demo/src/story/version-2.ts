import { showArn, showCredentials, showKmsAnswer, showKmsCall, showQuery, showRebuilt } from './show-aws.js'
import { showChallenge, showLogin, showPage, showRequest, showResponse, showWithCookie } from './show-http.js'
import { exchange, inside, message, type Step } from './step.js'

/** Where, and as whom, somebody logs in. */
export interface Login {
  readonly url: string
  readonly arn: string
  /** The role that the proxy assumes for it. */
  readonly roleArn?: string
}

/** The life of a login in version 2: twenty steps, numbered as in the README. */
export function version2Steps(login: Login): readonly Step[] {
  return [...challengeSteps(login), ...proofSteps(login), ...verificationSteps(login), pageStep(login)]
}

/** Steps 1 to 8: up to here it is the same whether IAM lets this person in or not. */
export function challengeSteps({ url, arn, roleArn }: Login): readonly Step[] {
  return [
    message(1, ['client', 'proxy'], `GET ${url}`, 'asks for a page', showRequest),
    message(2, ['proxy', 'service'], 'GET /', 'passes the request on', showRequest),
    message(3, ['service', 'proxy'], '401', 'no session: 401, with a challenge and its cookie', showChallenge),
    inside(
      4,
      'proxy',
      'checks the challenge before it touches a credential: made by the origin it asked; key and context of this realm and this challenge; a version it may answer',
    ),
    roleArn === undefined ? chainStep() : assumeRoleStep(roleArn),
    message(6, ['proxy', 'STS'], 'GetCallerIdentity', 'with these credentials: who am I?', showQuery()),
    message(7, ['STS', 'proxy'], '200', 'the ARN; its account must be the realm', showArn(arn)),
    inside(
      8,
      'proxy',
      'signs a GetCallerIdentity, and does not send it: the signature covers the binding, which is a hash of origin, challenge, expiry, versions, key and context',
    ),
  ]
}

function chainStep(): Step {
  return inside(5, 'proxy', 'gets credentials: those of the chain (environment, profile, SSO, …), as the AWS CLI would')
}

function assumeRoleStep(roleArn: string): Step {
  const text = `gets credentials: assumes ${roleArn}`
  const details = { asked: showQuery('RoleArn', 'RoleSessionName'), answered: showCredentials }
  return exchange(5, ['proxy', 'STS'], ['AssumeRole', '200'], text, details)
}

function proofSteps(_login: Login): readonly Step[] {
  return [
    message(9, ['proxy', 'KMS'], 'Encrypt', 'a fresh data key, under the challenge’s key and context', showKmsCall),
    message(
      10,
      ['KMS', 'proxy'],
      '200',
      'IAM has decided: this principal may. The encrypted data key',
      showKmsAnswer('CiphertextBlob'),
    ),
    inside(11, 'proxy', 'seals the signed request, the proof, under the data key (AES-256-GCM, over the binding)'),
    message(12, ['proxy', 'service'], 'POST /auth', 'the sealed proof, with the challenge’s cookie', showLogin),
  ]
}

function verificationSteps({ arn }: Login): readonly Step[] {
  return [
    inside(13, 'service', 'checks origin, cookie and expiry, and marks the challenge as used: it works once'),
    message(14, ['service', 'KMS'], 'Decrypt', 'the data key, under its own key and its own context', showKmsCall),
    message(15, ['KMS', 'service'], '200', 'the data key', showKmsAnswer('Plaintext')),
    inside(
      16,
      'service',
      'opens the proof, and rebuilds the signed request from constants: all it takes from the proof is region, date, key id, token and signature',
    ),
    message(17, ['service', 'STS'], 'GetCallerIdentity', 'that request: AWS itself checks the signature', showRebuilt),
    message(18, ['STS', 'service'], '200', 'the ARN of whoever signed', showArn(arn)),
    message(19, ['service', 'proxy'], '204', 'welcome: the cookie of a session', showWithCookie),
  ]
}

function pageStep({ url, arn }: Login): Step {
  const again = { from: 'proxy', to: 'service', what: `GET ${new URL(url).pathname}`, details: showRequest } as const
  const page = { from: 'service', to: 'proxy', what: '200', details: showResponse } as const
  const handed = {
    from: 'proxy',
    to: 'client',
    what: '200',
    details: (crossing) => [...showWithCookie(crossing).slice(1), ...showPage(arn)(crossing).slice(-1)],
  } satisfies Step['messages'][number]
  return {
    number: 20,
    route: 'proxy ⇄ service',
    text: 'the same GET with the session; the page goes to the client, with the Set-Cookie',
    messages: [again, page, handed],
  }
}
