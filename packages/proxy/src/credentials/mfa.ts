import type { MfaCode } from '../aws/sts.js'
import type { MfaPrompt } from './source.js'

/**
 * Codes of the configured device: first the one given on the command line, which works once, then the prompt's.
 * Without a device there is none.
 */
export function mfaCodes(options: {
  readonly serialNumber: string | undefined
  readonly firstCode: string | undefined
  readonly prompt: MfaPrompt
}): () => Promise<MfaCode | undefined> {
  const { serialNumber, prompt } = options
  let unused = options.firstCode
  return async () => {
    if (serialNumber === undefined) return undefined
    const code = unused ?? (await prompt(serialNumber))
    unused = undefined
    return { serialNumber, code }
  }
}
