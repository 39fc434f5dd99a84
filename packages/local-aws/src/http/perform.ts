import { AwsError } from '../aws-error.js'
import { formatResult as formatKmsResult } from '../kms/format.js'
import { parseInput } from '../kms/input.js'
import { kmsOperations } from '../kms/operations.js'
import { type Authenticated, type AuthenticationDeps, authenticate } from '../sigv4/authenticate.js'
import { formatResult as formatStsResult } from '../sts/format.js'
import { signedOperations, unsignedOperations } from '../sts/operations.js'
import { acceptsJson, requireAction } from '../sts/serve.js'
import type { StsDeps } from '../sts/session.js'
import type { CallInProgress } from './calls.js'
import type { ReceivedRequest } from './received-request.js'
import type { Reply } from './reply.js'
import type { Route } from './route.js'

/** What the services need of the rest. */
export interface PerformDeps extends StsDeps, AuthenticationDeps {}

/** Verifies a request and does what it asks. Throws `AwsError`. */
export function perform(request: ReceivedRequest, route: Route, call: CallInProgress, deps: PerformDeps): Reply {
  return route.service === 'kms' ? performKms(request, route, call, deps) : performSts(request, route, call, deps)
}

function performSts(request: ReceivedRequest, route: Route, call: CallInProgress, deps: PerformDeps): Reply {
  const action = requireAction(route.params)
  const isJson = acceptsJson(request)
  const unsigned = unsignedOperations.get(action)
  if (unsigned) return formatStsResult(action, unsigned(route.params, deps), call.requestId, isJson)
  const { credential } = identify(request, route, call, deps)
  requireStsAllowed(action, credential.origin)
  const signed = signedOperations.get(action)
  if (!signed) throw new AwsError('InvalidAction', `Could not find operation ${action}`)
  return formatStsResult(action, signed(route.params, credential, deps), call.requestId, isJson)
}

// "You cannot call any STS API except AssumeRole or GetCallerIdentity" with GetSessionToken's credentials, and only
// GetCallerIdentity with a federated user's; GetSessionToken has its own words for it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
function requireStsAllowed(action: string, origin: string): void {
  if (action === 'AssumeRole' && origin === 'federation-token')
    throw new AwsError('AccessDenied', `Cannot call ${action} with federation credentials`, 403)
}

function performKms(request: ReceivedRequest, route: Route, call: CallInProgress, deps: PerformDeps): Reply {
  const { credential, region } = identify(request, route, call, deps)
  const operation = kmsOperations.get(route.action)
  if (!operation) throw new AwsError('UnknownOperationException', '')
  const caller = { credential, region, action: route.action }
  return formatKmsResult(operation(parseInput(request.body), caller, deps.world), call.requestId)
}

function identify(request: ReceivedRequest, route: Route, call: CallInProgress, deps: PerformDeps): Authenticated {
  const authenticated = authenticate(request, route.service, deps, (accessKeyId) => {
    call.accessKeyId = accessKeyId
  })
  call.principalArn = authenticated.credential.principal.arn
  call.region = authenticated.region
  return authenticated
}
