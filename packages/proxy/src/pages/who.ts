import type { ProtocolErrorCode } from 'iam-auth-protocol'
import type { RefusalCode } from '../login/refusal.js'

const YOU = 'You, on this machine.'
const SERVICE = 'The people who run the service.'
const ADMINISTRATORS = 'The administrators of your AWS account.'
const TIME = 'Nobody needs to: it passes by itself.'

const BY_CODE: Partial<Record<RefusalCode | ProtocolErrorCode, string>> = {
  ERR_IAM_AWS_REFUSED: ADMINISTRATORS,
  ERR_IAM_AWS_UNAVAILABLE: `${TIME} If it does not, you: the network of this machine.`,
  ERR_IAM_BUDGET: TIME,
  ERR_IAM_CLOCK_SKEW: YOU,
  ERR_IAM_CREDENTIALS_EXPIRED: YOU,
  ERR_IAM_CREDENTIALS_INVALID: YOU,
  ERR_IAM_CREDENTIALS_TEMPORARY: SERVICE,
  ERR_IAM_ENCRYPT_DENIED: ADMINISTRATORS,
  ERR_IAM_EXPIRY: 'You, if the clock of this machine is wrong; else the people who run the service.',
  ERR_IAM_KEY_ACCOUNT: 'You, after the people who run the service have confirmed the key.',
  ERR_IAM_KEY_PIN: 'The people who run the service, by telling you whether they changed the key.',
  ERR_IAM_MFA: YOU,
  ERR_IAM_NO_CREDENTIALS: YOU,
  ERR_IAM_PLAIN_HTTP: YOU,
  ERR_IAM_REALM_MISMATCH: YOU,
  ERR_IAM_SERVICE_UNAVAILABLE: SERVICE,
  ERR_IAM_TRUST_FILE: YOU,
  ERR_IAM_VERSION_NOT_ALLOWED: 'You; better: the people who run the service, by offering version 2.',
}

/** Who can change what a refusal is about. What nobody has named is the service's: its challenge is at fault. */
export function whoCanChange(code: RefusalCode | ProtocolErrorCode): string {
  return BY_CODE[code] ?? SERVICE
}
