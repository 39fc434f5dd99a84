import { LoginRefusal } from '../login/refusal.js'

/** A wrong or used MFA code: an AccessDenied that only its message tells from any other. Undefined for anything else. */
export function explainRefusedCode(cause: unknown): LoginRefusal | undefined {
  const { name, message } = cause as Error
  if (name !== 'AccessDenied' || !/MultiFactorAuthentication/i.test(message)) return undefined
  return new LoginRefusal('ERR_IAM_MFA', 'AWS did not accept the MFA code.', {
    hint: 'Check that the device is yours (`--mfa-serial-number`), and try again with the next code: each works once.',
    cause,
  })
}
