/** `"*"`, or the principals a resource policy names. Only resource and trust policies have one. */
export type PolicyPrincipal = '*' | { readonly AWS?: OneOrMany; readonly Federated?: OneOrMany }

/** IAM writes a list of one as the one itself. */
export type OneOrMany = string | readonly string[]

/** One statement. `NotAction`, `NotResource` and `NotPrincipal` are not modelled, and refused where a seed is read. */
export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: PolicyPrincipal
  readonly Action: OneOrMany
  /** Left out in a trust policy: the role itself. */
  readonly Resource?: OneOrMany
  /** Operator → condition key → value or values. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany>>>>
}

/** An IAM policy document, as the console shows it. */
export interface PolicyDocument {
  readonly Version?: string
  readonly Id?: string
  readonly Statement: PolicyStatement | readonly PolicyStatement[]
}

/** The statements of a document, one or many. */
export function statementsOf(document: PolicyDocument): readonly PolicyStatement[] {
  return asList(document.Statement)
}

/** A list, also where IAM allows a single value. */
export function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}
