import type { MfaCode } from '../aws/sts.js'

/** Gives the current code of an MFA device. Rejects with a LoginRefusal where nobody gives one. */
export type CodeOf = (serialNumber: string) => Promise<string>

/**
 * Runs a task that may need codes, and once more for each code that AWS does not take, as often as the person is asked.
 * Rejects with what the task rejects with.
 */
export type AskForCodes = <T>(task: (codeOf: CodeOf) => Promise<T>) => Promise<T>

/** Runs a call to STS with the current code of the configured device; without a device there is none. */
export type WithMfaCode = <T>(call: (mfa: MfaCode | undefined) => Promise<T>) => Promise<T>

/** @param serialNumber of the configured device, where there is one */
export function withCodesOf(serialNumber: string | undefined, attempt: AskForCodes): WithMfaCode {
  return (call) => {
    if (serialNumber === undefined) return call(undefined)
    return attempt(async (codeOf) => call({ serialNumber, code: await codeOf(serialNumber) }))
  }
}
