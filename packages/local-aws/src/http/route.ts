import { AwsError, type ServiceName } from '../aws-error.js'
import { parseAwsHost } from '../sigv4/aws-host.js'
import type { StsParams } from '../sts/params.js'
import { parseParams } from '../sts/serve.js'
import { type ReceivedRequest, singleHeader } from './received-request.js'

/** What a request is about, read before anything is verified. */
export interface Route {
  readonly service: ServiceName
  /** As the request says it; may be empty or unknown. */
  readonly action: string
  /** STS only. */
  readonly params: StsParams
  /** Why nothing can answer this request, if so. */
  readonly failure?: AwsError
}

/** Finds the service by the Host if that is one of Amazon's names, else by the protocol. Never throws: see `failure`. */
export function findRoute(request: ReceivedRequest): Route {
  const host = parseAwsHost(singleHeader(request, 'host') ?? '')
  const target = singleHeader(request, 'x-amz-target')
  const byProtocol = target?.startsWith('TrentService.') ? 'kms' : 'sts'
  const service = host?.service ?? byProtocol
  if (service !== 'sts' && service !== 'kms') return unanswered('sts', '', unknownOperation(`No service at this Host`))
  if (request.path !== '/') return unanswered(service, '', unknownOperation('There is nothing at this path'))
  return service === 'kms' ? routeKms(request, target) : routeSts(request)
}

function routeKms(request: ReceivedRequest, target: string | undefined): Route {
  const action = target?.startsWith('TrentService.') ? target.slice('TrentService.'.length) : ''
  const contentType = singleHeader(request, 'content-type') ?? ''
  if (request.method !== 'POST' || !/^application\/x-amz-json-1\.1 *(;|$)/.test(contentType))
    return unanswered('kms', action, unknownOperation('KMS takes POST with application/x-amz-json-1.1', 400))
  return { service: 'kms', action, params: new Map() }
}

function routeSts(request: ReceivedRequest): Route {
  if (request.method !== 'GET' && request.method !== 'POST')
    return unanswered('sts', '', unknownOperation('STS takes GET and POST'))
  try {
    const params = parseParams(request)
    return { service: 'sts', action: params.get('Action') ?? '', params }
  } catch (error) {
    if (error instanceof AwsError) return unanswered('sts', '', error)
    throw error
  }
}

function unanswered(service: ServiceName, action: string, failure: AwsError): Route {
  return { service, action, params: new Map(), failure }
}

function unknownOperation(message: string, status = 404): AwsError {
  return new AwsError('UnknownOperationException', message, status)
}
