import { type Principal, parsePrincipalArn } from 'iam-auth-protocol'
import type { CallerIdentity, IamIdentity } from '../identity.js'
import type { IamAuthConfig } from '../options/config.js'
import { mayComeIn } from '../policy/may-come-in.js'
import type { AllowRules } from '../policy/rules.js'
import { LoginRefusal } from '../refusal.js'

/**
 * STS's answer agrees with itself and with this service's account and partition: an account number means nothing in
 * another partition.
 *
 * @throws LoginRefusal ERR_IAM_STS_ANSWER, ERR_IAM_ACCOUNT, ERR_IAM_PARTITION; ProtocolError ERR_IAM_PRINCIPAL_ARN
 */
export function requireCaller({ account, arn, userId }: CallerIdentity, config: IamAuthConfig): void {
  const principal = parsePrincipalArn(arn)
  if (principal.account !== account) throw new LoginRefusal('ERR_IAM_ACCOUNT', 'the account is not that of the ARN')
  if (!config.allow.knownAccounts.has(account)) throw new LoginRefusal('ERR_IAM_ACCOUNT', `of account ${account}`)
  if (principal.partition !== config.partition) throw new LoginRefusal('ERR_IAM_PARTITION', 'of another partition')
  const session = userId.includes(':') ? userId.slice(userId.indexOf(':') + 1) : undefined
  if (session !== sessionOf(principal)) {
    throw new LoginRefusal('ERR_IAM_STS_ANSWER', 'the UserId is of another session than the ARN')
  }
}

/** What stands behind the colon of the UserId: of roles `AROA…:session`, of federated users `account:name`, else nothing. */
function sessionOf({ kind, name, sessionName }: Principal): string | undefined {
  return kind === 'federated-user' ? name : sessionName
}

/** @throws LoginRefusal ERR_IAM_NOT_ALLOWED */
export function requireAllowed(identity: IamIdentity, rules: AllowRules): void {
  if (!mayComeIn(identity, rules)) throw new LoginRefusal('ERR_IAM_NOT_ALLOWED', `no rule admits ${identity.arn}`)
}
