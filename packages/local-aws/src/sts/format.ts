import type { AwsError } from '../aws-error.js'
import type { Reply } from '../http/reply.js'

/** What an operation answers: nested members, in the order of AWS's answers. */
export interface StsResult {
  readonly [member: string]: string | number | Date | StsResult | undefined
}

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'

/** An operation's answer, as XML or, for a client that accepts it, JSON. */
export function formatResult(action: string, result: StsResult, requestId: string, isJson: boolean): Reply {
  const answer = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } }
  if (isJson) return json(200, requestId, { [`${action}Response`]: answer })
  return xml(200, requestId, `<${action}Response xmlns="${namespace}">\n${elements(answer, 1)}</${action}Response>\n`)
}

/** A refusal, as XML or JSON. */
export function formatError(error: AwsError, requestId: string, isJson: boolean): Reply {
  const answer = {
    Error: { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: error.code, Message: error.message },
    RequestId: requestId,
  }
  if (isJson) {
    const { Code, Message, Type } = answer.Error
    return json(error.status, requestId, { Error: { Code, Message, Type }, RequestId: requestId })
  }
  return xml(error.status, requestId, `<ErrorResponse xmlns="${namespace}">\n${elements(answer, 1)}</ErrorResponse>\n`)
}

function json(status: number, requestId: string, answer: object): Reply {
  return { status, requestId, contentType: 'application/json', body: JSON.stringify(answer, epochSeconds) }
}

// The query protocol's JSON writes timestamps as seconds. JSON.stringify has called Date.toJSON already, hence the look at `this`.
function epochSeconds(this: unknown, member: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[member]
  return original instanceof Date ? original.getTime() / 1000 : value
}

function xml(status: number, requestId: string, body: string): Reply {
  return { status, requestId, contentType: 'text/xml', body }
}

function elements(result: StsResult, depth: number): string {
  const indent = '  '.repeat(depth)
  let text = ''
  for (const [name, value] of Object.entries(result)) {
    if (value === undefined) continue
    const isNested = typeof value === 'object' && !(value instanceof Date)
    const content = isNested ? `\n${elements(value, depth + 1)}${indent}` : escapeXml(formatValue(value))
    text += `${indent}<${name}>${content}</${name}>\n`
  }
  return text
}

function formatValue(value: string | number | Date): string {
  return value instanceof Date ? `${value.toISOString().slice(0, 19)}Z` : String(value)
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter)
}
