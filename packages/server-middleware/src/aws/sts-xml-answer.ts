import type { CallerIdentity } from '../identity.js'
import { parseStsAnswer, type StsAnswer } from './sts-answer.js'

/** Element by element, from the first character to the last: nothing around it, nothing within it, each once. */
const DOCUMENT = new RegExp(
  [
    '^(?:<\\?xml version="1\\.0"(?: encoding="[Uu][Tt][Ff]-8")?\\s*\\?>)?',
    '<GetCallerIdentityResponse(?: xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/")?>',
    '<GetCallerIdentityResult>((?:<(?:Arn|UserId|Account)>[^<>&]+</(?:Arn|UserId|Account)>\\s*){3})</GetCallerIdentityResult>',
    '<ResponseMetadata><RequestId>[^<>&]*</RequestId></ResponseMetadata>',
    '</GetCallerIdentityResponse>$',
  ].join('\\s*'),
)

/**
 * The answer of an STS that stands in for AWS's (an endpoint override): emulators ignore `Accept` and write XML. AWS itself
 * is only ever read as JSON: who can make the real STS write XML might make it repeat theirs.
 *
 * @throws what `parseStsAnswer` throws
 */
export function parseOverriddenStsAnswer(answer: StsAnswer): CallerIdentity {
  const found = answer.status === 200 ? fromXml(answer) : undefined
  return found ?? parseStsAnswer(answer)
}

function fromXml({ contentType, body }: StsAnswer): CallerIdentity | undefined {
  if (!/^(?:text|application)\/xml\b/i.test(contentType) || body === undefined) return undefined
  const [, result = ''] = DOCUMENT.exec(Buffer.from(body).toString('utf8').trim()) ?? []
  const account = element(result, 'Account')
  const arn = element(result, 'Arn')
  const userId = element(result, 'UserId')
  return account === undefined || arn === undefined || userId === undefined ? undefined : { account, arn, userId }
}

/** DOCUMENT has seen to what may stand in it. */
function element(result: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]+)</${name}>`).exec(result)?.[1]
}
