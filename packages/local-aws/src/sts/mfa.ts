import { AwsError } from '../aws-error.js'
import type { Credential } from '../iam/principal.js'
import { consumeTotp } from '../iam/totp.js'
import { readText, rules, type StsParams } from './params.js'
import type { StsDeps } from './session.js'

/**
 * Whether the request proves a second factor: true after taking the code of a device of the calling user, false if neither
 * `SerialNumber` nor `TokenCode` was sent.
 *
 * Throws `AccessDenied` for half a proof, someone else's device, and a wrong or used code.
 */
export function consumeMfa(params: StsParams, caller: Credential, deps: StsDeps): boolean {
  const serialNumber = readText(params, 'SerialNumber', rules.serialNumber)
  const code = readText(params, 'TokenCode', rules.tokenCode)
  if (serialNumber === undefined && code === undefined) return false
  if (serialNumber === undefined || code === undefined)
    throw denied('MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.')
  const { principal } = caller
  const account = deps.world.accounts.get(principal.accountId)
  const user = principal.kind === 'user' ? account?.users.get(principal.userName ?? '') : undefined
  const device = user?.mfaDevices.find((candidate) => candidate.serialNumber === serialNumber)
  if (device === undefined)
    throw denied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    )
  if (!consumeTotp(device, code, deps.now()))
    throw denied('MultiFactorAuthentication failed with invalid MFA one time pass code. ')
  return true
}

function denied(message: string): AwsError {
  return new AwsError('AccessDenied', message, 403)
}
