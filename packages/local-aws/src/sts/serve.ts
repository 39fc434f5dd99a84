import { AwsError } from '../aws-error.js'
import type { ReceivedRequest } from '../http/received-request.js'
import { readQuery } from '../sigv4/authorization.js'
import { parseQuery } from '../sigv4/percent-encoding.js'
import { signedOperations, unsignedOperations } from './operations.js'
import type { StsParams } from './params.js'

const version = '2011-06-15'

/** Whether the client asked for JSON instead of XML. */
export function acceptsJson(request: ReceivedRequest): boolean {
  return request.headers.get('accept')?.some((value) => value.includes('application/json')) ?? false
}

/**
 * The parameters of a query-protocol request, from its query and, for a form, its body.
 * Throws `MalformedQueryString` for a broken escape or a parameter given twice: which of the two is meant must not be a guess.
 */
export function parseParams(request: ReceivedRequest): StsParams {
  const params = new Map<string, string>()
  for (const [name, value] of [...readQuery(request.rawQuery), ...readForm(request)]) {
    if (params.has(name)) throw new AwsError('MalformedQueryString', `The parameter ${name} is given twice.`, 404)
    params.set(name, value)
  }
  return params
}

function readForm(request: ReceivedRequest): [string, string][] {
  const contentType = request.headers.get('content-type')?.[0] ?? ''
  if (request.method !== 'POST' || !/^application\/x-www-form-urlencoded *(;|$)/i.test(contentType)) return []
  try {
    return parseQuery(request.body.toString('utf8'))
  } catch {
    throw new AwsError('MalformedInput', 'The body is not a form.')
  }
}

/** The operation's name. Throws `MissingAction` and `InvalidAction`, also for another version of the API. */
export function requireAction(params: StsParams): string {
  const action = params.get('Action')
  if (!action) throw new AwsError('MissingAction', 'The request is missing an action or a required parameter.')
  const asked = params.get('Version') ?? 'NO_VERSION_SPECIFIED'
  if (asked !== version || !(signedOperations.has(action) || unsignedOperations.has(action)))
    throw new AwsError(
      'InvalidAction',
      `Could not find operation ${action.slice(0, 64)} for version ${asked.slice(0, 64)}`,
    )
  return action
}
