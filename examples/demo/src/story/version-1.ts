import { showArn, showCredentials, showKmsAnswer, showKmsCall, showQuery } from './show-aws.js'
import { showChallenge, showPage, showRequest, showWithCookie } from './show-http.js'
import { exchange, inside, message, type Step } from './step.js'
import type { Login } from './version-2.js'

/** Our proxy and a service that knows version 1 only. */
export function proxyToOriginalSteps({ url, arn }: Login): readonly Step[] {
  return [
    message(1, ['client', 'proxy'], `GET ${url}`, 'asks for a page', showRequest),
    exchange(2, ['proxy', 'service'], ['GET /', '401'], 'a challenge without a version', { answered: showChallenge }),
    inside(
      3,
      'proxy',
      'goes on only since this origin is trusted with protocol=1: version 1 hands over live credentials',
    ),
    exchange(4, ['proxy', 'STS'], ['GetSessionToken', '200'], 'credentials for 15 minutes', {
      answered: showCredentials,
    }),
    exchange(5, ['proxy', 'STS'], ['GetCallerIdentity', '200'], 'whose? The account must be the realm', {
      answered: showArn(arn),
    }),
    exchange(6, ['proxy', 'KMS'], ['Encrypt', '200'], 'these credentials, sealed: the token', { asked: showKmsCall }),
    message(7, ['proxy', 'service'], 'GET /auth', 'the token, in the query', showRequest),
    exchange(8, ['service', 'KMS'], ['Decrypt', '200'], 'the credentials', { answered: showKmsAnswer('Plaintext') }),
    exchange(9, ['service', 'STS'], ['GetCallerIdentity', '200'], 'asked with them', { answered: showArn(arn) }),
    message(10, ['service', 'proxy'], '302', 'a session', showWithCookie),
    exchange(11, ['proxy', 'service'], ['GET /', '200'], 'the same GET with the session', { asked: showRequest }),
    message(12, ['proxy', 'client'], '200', 'the page', showPage(arn)),
  ]
}

/** A client of the original (its proxy and its browser in one) and our service. */
export function originalToServiceSteps({ arn }: Login): readonly Step[] {
  return [
    exchange(1, ['client', 'service'], ['GET /', '401'], 'no session: the challenge, with its cookie', {
      answered: showChallenge,
    }),
    ...tokenSteps(2, arn),
    message(
      5,
      ['client', 'service'],
      'GET /auth',
      'a token, and no cookie: the original drops that of a 401',
      showRequest,
    ),
    message(
      6,
      ['service', 'client'],
      '303',
      'a token without its cookie could be anybody’s: it is not decrypted. Once more, with a cookie',
      showWithCookie,
    ),
    exchange(7, ['client', 'service'], ['GET /', '401'], 'the challenge of that cookie', { asked: showRequest }),
    ...tokenSteps(8, arn),
    message(11, ['client', 'service'], 'GET /auth', 'a token, and the cookie of its challenge', showRequest),
    exchange(12, ['service', 'KMS'], ['Decrypt', '200'], 'the credentials', { answered: showKmsAnswer('Plaintext') }),
    exchange(13, ['service', 'STS'], ['GetCallerIdentity', '200'], 'asked with them', { answered: showArn(arn) }),
    message(14, ['service', 'client'], '303', 'a session', showWithCookie),
    exchange(15, ['client', 'service'], ['GET /', '200'], 'the page', { asked: showRequest, answered: showPage(arn) }),
  ]
}

/** What the original asks of AWS at every 401. */
function tokenSteps(first: number, arn: string): readonly Step[] {
  return [
    exchange(first, ['client', 'STS'], ['GetCallerIdentity', '200'], 'who am I?', { answered: showArn(arn) }),
    exchange(first + 1, ['client', 'STS'], ['GetSessionToken', '200'], 'credentials for 15 minutes', {
      asked: showQuery('DurationSeconds'),
    }),
    exchange(first + 2, ['client', 'KMS'], ['Encrypt', '200'], 'these credentials, sealed', { asked: showKmsCall }),
  ]
}
