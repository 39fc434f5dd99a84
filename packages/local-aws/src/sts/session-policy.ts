import { AwsError } from '../aws-error.js'
import { findPolicyProblems } from '../policy/check-policy.js'
import type { PolicyDocument } from '../policy/document.js'
import { readText, type StsParams } from './params.js'

const maxLength = 2048

/** The `Policy` passed with a request, which limits the session. Throws `MalformedPolicyDocument`, `ValidationError`. */
export function readSessionPolicy(params: StsParams): PolicyDocument | undefined {
  const text = readText(params, 'Policy', { min: 1, max: maxLength })
  if (text === undefined) return undefined
  const document = parseJson(text)
  const [problem] = findPolicyProblems(document)
  if (problem !== undefined) throw new AwsError('MalformedPolicyDocument', `The policy is not valid: ${problem}`)
  return document as PolicyDocument
}

/** `PackedPolicySize`, in percent of what is allowed: an estimate from the plain length. Undefined without a policy. */
export function formatPackedPolicySize(params: StsParams): number | undefined {
  const text = params.get('Policy')
  return text === undefined ? undefined : Math.ceil((text.length * 100) / maxLength)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json')
  }
}
