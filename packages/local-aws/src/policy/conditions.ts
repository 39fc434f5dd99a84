import { asList, type PolicyStatement } from './document.js'
import { isWildcardMatch } from './wildcard.js'

/** What is known about a request: condition keys in lower case (IAM ignores their case), each with its value. */
export type ConditionContext = ReadonlyMap<string, string>

type Comparison = (actual: string, expected: string) => boolean

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: (actual, expected) => actual === expected,
  StringEqualsIgnoreCase: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  StringLike: (actual, expected) => isWildcardMatch(expected, actual),
  ArnEquals: (actual, expected) => isWildcardMatch(expected, actual),
  ArnLike: (actual, expected) => isWildcardMatch(expected, actual),
  Bool: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
}

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
}

/** Whether this server knows the condition operator, with or without `IfExists`. */
export function isConditionOperator(operator: string): boolean {
  const name = withoutIfExists(operator)
  return name === 'Null' || Object.hasOwn(comparisons, name) || Object.hasOwn(negations, name)
}

/** Whether every condition of the statement holds: all operators, all keys, any of the values. */
export function conditionsHold(condition: PolicyStatement['Condition'], context: ConditionContext): boolean {
  if (condition === undefined) return true
  return Object.entries(condition).every(([operator, tests]) =>
    Object.entries(tests).every(([key, expected]) => holds(operator, key, asList(expected), context)),
  )
}

function holds(operator: string, key: string, expected: readonly string[], context: ConditionContext): boolean {
  const name = withoutIfExists(operator)
  const actual = context.get(key.toLowerCase())
  if (name === 'Null') return expected.some((value) => (value.toLowerCase() === 'true') === (actual === undefined))
  const negated = negations[name]
  const compare = comparisons[negated ?? name]
  if (compare === undefined) throw new TypeError(`unknown condition operator ${operator}`)
  if (actual === undefined) return negated !== undefined || operator !== name
  const isAny = expected.some((value) => compare(actual, expandVariables(value, context)))
  return negated === undefined ? isAny : !isAny
}

function withoutIfExists(operator: string): string {
  return operator.endsWith('IfExists') ? operator.slice(0, -'IfExists'.length) : operator
}

/**
 * Replaces IAM's policy variables (`${aws:username}`) by what the request says. An unknown variable matches nothing.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function expandVariables(text: string, context: ConditionContext): string {
  if (!text.includes('${')) return text
  return text.replace(/\$\{([^}]*)\}/g, (_whole, key: string) => context.get(key.toLowerCase()) ?? '\u0000')
}
