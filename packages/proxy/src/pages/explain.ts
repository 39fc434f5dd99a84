import {
  headerValues,
  isLoopbackOrigin,
  type ProtocolError,
  type ProtocolErrorCode,
  type RawHeaders,
} from 'iam-auth-protocol'
import { describeClockOffset, HOW_TO_SET_CLOCK } from '../login/clock-offset.js'
import { namedKey } from '../login/named-key.js'
import { formatTrustCommand } from '../trust/shell.js'

/** What a person reads, and what they can do. */
export interface Explanation {
  readonly message: string
  readonly hint: string
}

const TELL_THE_SERVICE = 'Tell the people who run the service: its challenge does not follow the protocol.'

/** The 401 that was refused, as far as an explanation needs it. */
export interface Refused {
  readonly origin: string
  /** The headers of the 401: whatever is taken from them is only shown. */
  readonly responseRawHeaders: RawHeaders
  /** ms since 1970 */
  readonly now: number
}

type Explain = (refused: Refused) => Explanation

const OTHER_ADDRESS =
  'Check the address you opened (also http or https). If it is right, tell the people who run the service that it is configured for another one.'

const BY_CODE: Partial<Record<ProtocolErrorCode, Explain>> = {
  ERR_IAM_VERSION_NOT_ALLOWED: ({ origin }) => ({
    message: 'This service asks for version 1, which would hand it live AWS credentials of yours.',
    hint: `Only if you know and trust it (an origin that has offered version 2 keeps it until the proxy is started again):\n${formatTrustCommand('add', origin, '--protocol', '1', ...plainHttp(origin))}`,
  }),
  ERR_IAM_KEY_ACCOUNT: ({ origin, responseRawHeaders }) => ({
    message:
      'The key of this service belongs to another AWS account than the one it is for, and you have not said that you trust it.',
    hint: `Ask the owners of the service whether this is its key. If they confirm it:\n${formatTrustCommand('add', origin, ...plainHttp(origin), '--key', namedKey(responseRawHeaders) ?? 'ARN')}`,
  }),
  ERR_IAM_ORIGIN: () => ({
    message: 'The challenge was made for another site: someone may be passing it on.',
    hint: OTHER_ADDRESS,
  }),
  ERR_IAM_CONTEXT_CONTENT: () => ({
    message: 'The challenge is not bound to the site you opened.',
    hint: OTHER_ADDRESS,
  }),
  ERR_IAM_EXPIRY: (refused) => ({
    message: `The challenge expires at an impossible time: ${clocks(refused)}.`,
    hint: HOW_TO_SET_CLOCK,
  }),
}

/** The service's own clock stands in its answer (RFC 9110 §6.6.1). */
function clocks({ responseRawHeaders, now }: Refused): string {
  const theirs = Date.parse(headerValues(responseRawHeaders, 'date')[0] ?? '')
  const offset = now - theirs
  if (!(Math.abs(offset) > 5_000)) return 'the clocks of this machine and the service differ'
  return `the clock of this machine is ${describeClockOffset(offset)} that of the service`
}

/** An entry that names version 1 or a foreign key says whether it may go over http as well. */
function plainHttp(origin: string): string[] {
  return origin.startsWith('https:') || isLoopbackOrigin(origin) ? [] : ['--plain-http']
}

/** A broken rule of the protocol in a person's words. */
export function explainProtocolError(error: ProtocolError, refused: Refused): Explanation {
  return (
    BY_CODE[error.code]?.(refused) ?? {
      message: 'The login this service asks for is malformed.',
      hint: TELL_THE_SERVICE,
    }
  )
}
