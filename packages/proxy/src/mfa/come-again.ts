import type { ChallengeAnswer, ChallengedExchange } from '../login/exchange.js'
import type { OpenQuestion } from '../login/while-asked.js'
import { formFor, renderFailure } from '../pages/failure.js'

/** For a request that is no page, and has waited long enough: an MFA code is needed, and where it is typed. */
export function comeAgain(
  { method, requestRawHeaders, origin }: ChallengedExchange,
  { serialNumber }: OpenQuestion,
  formUrl: string | undefined,
): ChallengeAnswer {
  const isTold = formUrl !== undefined
  const failure = {
    status: 503,
    title: 'An MFA code is needed',
    host: new URL(origin).host,
    message: isTold
      ? `An MFA code of ${serialNumber} is needed for this login.`
      : 'An MFA code is needed for this login.',
    hint: isTold
      ? `Open this in a browser on the same machine and type the code, then try again:\n${formUrl}`
      : 'Open a page of this service in a tab of its own, or look at the terminal of the proxy; then try again.',
    who: 'You, on this machine.',
    code: 'ERR_IAM_MFA',
    request: '-',
    canRetry: true,
  }
  const form = formFor({ method, requestRawHeaders })
  const { rawHeaders, body } = renderFailure(failure, form === 'page' ? 'text' : form)
  return { kind: 'respond', status: 503, rawHeaders, body: method === 'HEAD' ? '' : body }
}
