import { AwsError } from '../aws-error.js'

/** The parameters of a query-protocol request, each given once. */
export type StsParams = ReadonlyMap<string, string>

/** What a text parameter must look like. */
export interface TextRule {
  readonly min: number
  readonly max: number
  readonly pattern?: RegExp
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_RequestParameters
/** The rules that several operations share. */
export const rules = {
  arn: { min: 20, max: 2048 },
  sessionName: { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  externalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  serialNumber: { min: 9, max: 256, pattern: /^[\w+=/:,.@-]*$/ },
  tokenCode: { min: 6, max: 6, pattern: /^\d*$/ },
} satisfies Record<string, TextRule>

/** A parameter that must be there. Throws `ValidationError`. */
export function requireText(params: StsParams, name: string, rule: TextRule): string {
  const value = readText(params, name, rule)
  if (value === undefined) throw invalid(undefined, name, 'Member must not be null')
  return value
}

/** A parameter that may be left out. Throws `ValidationError` if it is there and wrong. */
export function readText(params: StsParams, name: string, rule: TextRule): string | undefined {
  const value = params.get(name)
  if (value === undefined) return undefined
  if (value.length < rule.min)
    throw invalid(value, name, `Member must have length greater than or equal to ${rule.min}`)
  if (value.length > rule.max) throw invalid(value, name, `Member must have length less than or equal to ${rule.max}`)
  if (rule.pattern && !rule.pattern.test(value))
    throw invalid(value, name, `Member must satisfy regular expression pattern: ${rule.pattern.source}`)
  return value
}

/** `DurationSeconds` within its limits. Throws `ValidationError`. */
export function readDuration(params: StsParams, limits: { min: number; max: number; default: number }): number {
  const text = params.get('DurationSeconds')
  if (text === undefined) return limits.default
  if (!/^-?\d{1,10}$/.test(text)) throw new AwsError('MalformedInput', 'DurationSeconds is not a number')
  const seconds = Number(text)
  if (seconds < limits.min)
    throw invalid(text, 'DurationSeconds', `Member must have value greater than or equal to ${limits.min}`)
  if (seconds > limits.max)
    throw invalid(text, 'DurationSeconds', `Member must have value less than or equal to ${limits.max}`)
  return seconds
}

/** Refuses what a real STS would act on and this one would silently drop. Throws `ValidationError`. */
export function requireNoneOf(params: StsParams, prefixes: readonly string[]): void {
  for (const name of params.keys()) {
    const prefix = prefixes.find((unsupported) => name === unsupported || name.startsWith(`${unsupported}.`))
    if (prefix) throw new AwsError('ValidationError', `${prefix} is not modelled by this embedded AWS`)
  }
}

function invalid(value: string | undefined, name: string, constraint: string): AwsError {
  const shown = value === undefined ? 'null' : `'${value.slice(0, 128)}'`
  const member = name.charAt(0).toLowerCase() + name.slice(1)
  return new AwsError(
    'ValidationError',
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${constraint}`,
  )
}
