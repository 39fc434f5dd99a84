import {
  boundContext,
  type EncryptionContext,
  formatBinding,
  formatChallenge,
  formatEncryptionContext,
  formatVersionList,
  PROOF_STS_KMS,
} from 'iam-auth-protocol'
import type { IssuedChallenge } from '../challenges.js'
import type { IamAuthConfig } from '../options/config.js'
import { sha256 } from '../secrets.js'

/** A challenge and all that follows from it and from the service's own configuration: nothing here is the client's. */
export interface BoundChallenge {
  readonly keyArn: string
  readonly encryptionContext: EncryptionContext
  /** What a proof of this login is signed and sealed for. */
  readonly binding: string
  /** The header fields of its 401. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** The same bytes for the 401 and for the login that answers it, whichever instance sees which. */
export function bindChallenge(
  { id, expSeconds }: IssuedChallenge,
  origin: string,
  keyArn: string,
  config: Pick<IamAuthConfig, 'realm' | 'protocols' | 'authPath' | 'stsRegions' | 'extraContext'>,
): BoundChallenge {
  const { realm, protocols: versions, authPath, stsRegions } = config
  const encryptionContext = boundContext({ origin, challenge: id, realm }, config.extraContext)
  const encryptionContextHeader = formatEncryptionContext(encryptionContext)
  const common = { origin, realm, challenge: id, keyArn, encryptionContextHeader, authPath }
  return {
    keyArn,
    encryptionContext,
    binding: formatBinding(
      {
        ...common,
        exp: String(expSeconds),
        versions: formatVersionList(versions),
        proofs: PROOF_STS_KMS,
        proof: PROOF_STS_KMS,
      },
      sha256,
    ),
    headers: formatChallenge({ ...common, versions, expSeconds, stsRegions }),
  }
}
