import { isConditionOperator } from './conditions.js'

/**
 * What is wrong with a policy document: one line per problem, each with where it is; empty if it is fine. What this server would
 * not evaluate as AWS does is a problem too: a condition that is skipped is a door left open.
 */
export function findPolicyProblems(document: unknown): string[] {
  if (!isObject(document)) return ['is not a policy document']
  const statements = Array.isArray(document['Statement']) ? document['Statement'] : [document['Statement']]
  const unknown = unknownMembers(document, ['Version', 'Id', 'Statement'])
  return [...unknown, ...statements.flatMap((statement, at) => findStatementProblems(statement, `Statement[${at}]`))]
}

const statementMembers = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']

function findStatementProblems(statement: unknown, where: string): string[] {
  if (!isObject(statement)) return [`${where}: is not a statement`]
  const problems = unknownMembers(statement, statementMembers).map((problem) => `${where}: ${problem}`)
  const { Effect, Action, Resource, Principal, Condition } = statement
  if (Effect !== 'Allow' && Effect !== 'Deny') problems.push(`${where}.Effect: must be Allow or Deny`)
  if (!isTexts(Action)) problems.push(`${where}.Action: must be one or more actions`)
  if (Resource !== undefined && !isTexts(Resource)) problems.push(`${where}.Resource: must be one or more ARN patterns`)
  if (Principal !== undefined && !isPrincipal(Principal))
    problems.push(`${where}.Principal: must be "*" or an object with AWS or Federated`)
  return [...problems, ...findConditionProblems(Condition, `${where}.Condition`)]
}

function findConditionProblems(condition: unknown, where: string): string[] {
  if (condition === undefined) return []
  if (!isObject(condition)) return [`${where}: is not an object`]
  return Object.entries(condition).flatMap(([operator, tests]) => {
    if (!isConditionOperator(operator)) return [`${where}.${operator}: is not modelled`]
    if (!isObject(tests) || !Object.values(tests).every(isTexts))
      return [`${where}.${operator}: must map condition keys to one or more texts`]
    return []
  })
}

function isPrincipal(value: unknown): boolean {
  if (value === '*') return true
  if (!isObject(value) || unknownMembers(value, ['AWS', 'Federated']).length > 0) return false
  return Object.values(value).every(isTexts)
}

function isTexts(value: unknown): boolean {
  if (typeof value === 'string') return true
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownMembers(value: Record<string, unknown>, known: readonly string[]): string[] {
  return Object.keys(value)
    .filter((member) => !known.includes(member))
    .map((member) => `${member} is not modelled`)
}
