import { isLoopbackOrigin, type ProtocolError, type ProtocolErrorCode } from 'iam-auth-protocol'
import { formatTrustCommand } from '../trust/shell.js'

/** What a person reads, and what they can do. */
export interface Explanation {
  readonly message: string
  readonly hint: string
}

const TELL_THE_SERVICE = 'Tell the people who run the service: its challenge does not follow the protocol.'

type Explain = (origin: string) => Explanation

const BY_CODE: Partial<Record<ProtocolErrorCode, Explain>> = {
  ERR_IAM_VERSION_NOT_ALLOWED: (origin) => ({
    message: 'This service asks for version 1, which would hand it live AWS credentials of yours.',
    hint: `Only if you know and trust it (an origin that has offered version 2 keeps it until the proxy is started again):\n${formatTrustCommand('add', origin, '--protocol', '1', ...plainHttp(origin))}`,
  }),
  ERR_IAM_KEY_ACCOUNT: (origin) => ({
    message: 'The key of this service belongs to another AWS account than the one it is for.',
    hint: `If its owners confirm the key:\n${formatTrustCommand('add', origin, ...plainHttp(origin))} --key <the key's full ARN>`,
  }),
  ERR_IAM_ORIGIN: () => ({
    message: 'The challenge was made for another site: someone may be passing it on.',
    hint: 'Check the address you opened. If it is right, the service is configured with another origin.',
  }),
  ERR_IAM_CONTEXT_CONTENT: () => ({
    message: 'The challenge is not bound to the site you opened.',
    hint: 'Check the address you opened. If it is right, the service is configured with another origin.',
  }),
  ERR_IAM_EXPIRY: () => ({
    message:
      'The challenge expires at an impossible time: the clocks of this machine and the service differ by minutes.',
    hint: 'Set the clock (for example: `sudo timedatectl set-ntp true`), then reload.',
  }),
}

/** An entry that names version 1 or a foreign key says whether it may go over http as well. */
function plainHttp(origin: string): string[] {
  return origin.startsWith('https:') || isLoopbackOrigin(origin) ? [] : ['--plain-http']
}

/** A broken rule of the protocol in a person's words. */
export function explainProtocolError(error: ProtocolError, origin: string): Explanation {
  return (
    BY_CODE[error.code]?.(origin) ?? {
      message: 'The login this service asks for is malformed.',
      hint: TELL_THE_SERVICE,
    }
  )
}
