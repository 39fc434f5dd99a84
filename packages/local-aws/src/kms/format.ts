import type { AwsError } from '../aws-error.js'
import type { Reply } from '../http/reply.js'

const contentType = 'application/x-amz-json-1.1'

/** An operation's answer. */
export function formatResult(result: object, requestId: string): Reply {
  return { status: 200, requestId, contentType, body: JSON.stringify(result) }
}

/** A refusal. KMS writes `Message` where its front door refuses and `message` where the service does; clients read both. */
export function formatError(error: AwsError, requestId: string): Reply {
  const member = error.code === 'AccessDeniedException' ? 'Message' : 'message'
  const body = { __type: error.code, ...(error.message !== '' && { [member]: error.message }) }
  return { status: error.status, requestId, contentType, body: JSON.stringify(body) }
}
