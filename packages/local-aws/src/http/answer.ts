import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AwsError, type ServiceName } from '../aws-error.js'
import { formatError as formatKmsError } from '../kms/format.js'
import { formatError as formatStsError } from '../sts/format.js'
import { acceptsJson } from '../sts/serve.js'
import type { CallInProgress, CallLog } from './calls.js'
import type { Fault, Faults } from './faults.js'
import { type PerformDeps, perform } from './perform.js'
import type { ReceivedRequest } from './received-request.js'
import type { Reply } from './reply.js'
import { findRoute, type Route } from './route.js'

/** What answering needs of the rest. */
export interface AnswerDeps extends PerformDeps {
  readonly calls: CallLog
  readonly faults: Faults
}

/** Answers a request, and writes it down. `drop` is the answer to close the connection. */
export async function answer(request: ReceivedRequest, deps: AnswerDeps): Promise<Reply | 'drop'> {
  const route = findRoute(request)
  const call = startCall(request, route, deps)
  const fault = deps.faults.strike(route.service, route.action)
  if (fault) call.fault = fault.kind
  if (fault?.kind === 'drop') return 'drop'
  if (fault?.kind === 'delay') await ('until' in fault ? fault.until.catch(() => {}) : sleep(fault.milliseconds))
  const reply = tryPerform(request, route, call, fault, deps)
  call.status = reply.status
  return reply
}

function startCall(request: ReceivedRequest, route: Route, deps: AnswerDeps): CallInProgress {
  const call: CallInProgress = {
    service: route.service,
    action: route.action,
    host: request.headers.get('host')?.[0] ?? '',
    at: deps.now(),
    sourcePort: request.sourcePort,
    requestId: randomUUID(),
  }
  deps.calls.start(call)
  return call
}

function tryPerform(
  request: ReceivedRequest,
  route: Route,
  call: CallInProgress,
  fault: Fault | undefined,
  deps: AnswerDeps,
): Reply {
  try {
    if (fault?.kind === 'garbage') return garbage(fault, call.requestId)
    if (fault) throwFault(fault, route.service)
    if (route.failure) throw route.failure
    return perform(request, route, call, deps)
  } catch (error) {
    const refusal = error instanceof AwsError ? error : internalFailure(route.service, String(error))
    call.errorCode = refusal.code
    if (route.service === 'kms') return formatKmsError(refusal, call.requestId)
    return formatStsError(refusal, call.requestId, acceptsJson(request))
  }
}

function throwFault(fault: Fault, service: ServiceName): void {
  if (fault.kind === 'throttle')
    throw service === 'sts'
      ? new AwsError('Throttling', 'Rate exceeded')
      : new AwsError('ThrottlingException', 'You have exceeded the rate at which you may call KMS.')
  if (fault.kind !== 'error') return
  const usual = internalFailure(service, 'The request processing has failed because of an unknown error.')
  throw new AwsError(fault.code ?? usual.code, fault.message ?? usual.message, fault.status ?? usual.status)
}

function internalFailure(service: ServiceName, message: string): AwsError {
  return new AwsError(service === 'sts' ? 'InternalFailure' : 'KMSInternalException', message, 500)
}

function garbage(fault: Fault & { kind: 'garbage' }, requestId: string): Reply {
  return {
    status: fault.status ?? 200,
    requestId,
    contentType: 'text/plain',
    body: fault.body ?? '<<< not an answer {',
  }
}
