import { type ConditionContext, conditionsHold, expandVariables } from './conditions.js'
import { asList, type PolicyDocument, type PolicyPrincipal, type PolicyStatement, statementsOf } from './document.js'
import { isWildcardMatch } from './wildcard.js'

/** What is asked of the policies: may this be done to that, in these circumstances? */
export interface PolicyQuestion {
  /** Such as `kms:Encrypt`. */
  readonly action: string
  /** The ARN of the key or role. */
  readonly resource: string
  readonly context: ConditionContext
}

/** `deny` is an explicit deny, which nothing outweighs; `none` says the documents are silent. */
export type PolicyAnswer = 'allow' | 'deny' | 'none'

/** How a resource policy's principal covers a caller: by name (enough by itself), by account (identity policies decide), or not. */
export type PrincipalMatch = 'named' | 'account' | 'none'

/** Asks the policies that are attached to an identity or passed with a session. */
export function askIdentityPolicies(documents: readonly PolicyDocument[], question: PolicyQuestion): PolicyAnswer {
  let answer: PolicyAnswer = 'none'
  for (const document of documents) {
    for (const statement of statementsOf(document)) {
      if (!applies(statement, question)) continue
      if (statement.Effect === 'Deny') return 'deny'
      answer = 'allow'
    }
  }
  return answer
}

/** Asks a key policy or a trust policy. `match` says how a statement's principal covers the caller. */
export function askResourcePolicy(
  document: PolicyDocument,
  question: PolicyQuestion,
  match: (principal: PolicyPrincipal) => PrincipalMatch,
): PrincipalMatch | 'deny' {
  let best: PrincipalMatch = 'none'
  for (const statement of statementsOf(document)) {
    if (statement.Principal === undefined || !applies(statement, question)) continue
    const covers = match(statement.Principal)
    if (covers === 'none') continue
    if (statement.Effect === 'Deny') return 'deny'
    if (covers === 'named' || best === 'none') best = covers
  }
  return best
}

function applies(statement: PolicyStatement, question: PolicyQuestion): boolean {
  return (
    asList(statement.Action).some((action) => isWildcardMatch(action.toLowerCase(), question.action.toLowerCase())) &&
    coversResource(statement, question) &&
    conditionsHold(statement.Condition, question.context)
  )
}

function coversResource(statement: PolicyStatement, question: PolicyQuestion): boolean {
  if (statement.Resource === undefined) return true
  return asList(statement.Resource).some((resource) =>
    isWildcardMatch(expandVariables(resource, question.context), question.resource),
  )
}
