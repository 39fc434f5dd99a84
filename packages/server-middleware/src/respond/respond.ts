import type { ServerResponse } from 'node:http'
import { formatChallengeSetCookie } from 'iam-auth-protocol'
import { clientAddress, type IamAuthRequest } from '../http/request-facts.js'
import type { IamAuthConfig } from '../options/config.js'
import { describeRefusal } from '../refusal.js'
import type { Service } from '../service.js'
import { describeCause } from './cause.js'
import { type PublicError, sendError } from './send.js'

const RETRY_AFTER_SECONDS: Readonly<Record<number, number>> = { 429: 1, 503: 5 }

/** An error of ours → its line in the log, and the little that a stranger is told. */
export function respondWithError(
  error: unknown,
  req: IamAuthRequest,
  res: ServerResponse,
  origin: string | undefined,
  { config, refusals }: Pick<Service, 'config' | 'refusals'>,
): void {
  const { code, status, spent, message, cause } = describeRefusal(error)
  const fields = { code, status, reason: message, ...causeOf(cause), origin, address: clientAddress(req) }
  refusals.write(status >= 500 && status !== 503 ? 'error' : 'warn', fields)
  if (res.headersSent) return void res.destroy()
  if (spent && origin !== undefined) res.appendHeader('Set-Cookie', formatChallengeSetCookie(origin, ''))
  const retryAfter = RETRY_AFTER_SECONDS[status]
  if (retryAfter !== undefined) res.setHeader('Retry-After', String(retryAfter))
  if (status === 405) res.setHeader('Allow', allowedMethods(req, config))
  if (status === 413) res.setHeader('Connection', 'close') // the rest of the body is not read
  sendError(req, res, status, PUBLIC_ERRORS[status] ?? UNFORESEEN)
}

function causeOf(cause: unknown): { readonly cause?: string } {
  return cause === undefined ? {} : { cause: describeCause(cause) }
}

function allowedMethods(req: IamAuthRequest, { protocols, logoutPath }: IamAuthConfig): string {
  const isLogout = (req.originalUrl ?? req.url ?? '').startsWith(logoutPath)
  return protocols.includes(1) && !isLogout ? 'GET, POST' : 'POST'
}

const UNFORESEEN: PublicError = {
  name: 'internal_error',
  title: 'Something went wrong',
  message: 'The login could not be processed. The log of the service says why.',
}

const PUBLIC_ERRORS: Readonly<Record<number, PublicError>> = {
  400: { name: 'malformed', title: 'Malformed login', message: 'This is not a login that the service understands.' },
  403: {
    name: 'login_refused',
    title: 'Login refused',
    message: 'This login was refused. The log of the service says why; reload to try again.',
  },
  405: { name: 'method_not_allowed', title: 'Method not allowed', message: 'This address takes other methods.' },
  413: { name: 'too_large', title: 'Login too large', message: 'A login has at most 32 KiB.' },
  415: { name: 'unsupported_media_type', title: 'Not JSON', message: 'A login is application/json.' },
  421: {
    name: 'misdirected',
    title: 'Not the address of this service',
    message:
      'The service is not configured for this host name. Its operator sets IAM_AUTH_ORIGIN (the option origin of iamAuth) to the origin in use, like https://wiki.example.com.',
  },
  429: { name: 'too_many_logins', title: 'Too many logins', message: 'Too many logins. Try again in a moment.' },
  503: {
    name: 'aws_unavailable',
    title: 'Logins are not possible right now',
    message: 'AWS, or a part of this service, does not answer. Those who are signed in are not affected. Try again.',
  },
}
