import type { EncryptionContext, KeyArn } from 'iam-auth-protocol'
import type { AwsCredentials } from '../credentials/source.js'
import type { CreateAwsAgents } from './agents.js'
import { explainDenial } from './denial.js'
import { explainAwsError } from './errors.js'
import { clientSettings } from './sdk.js'

/**
 * KMS `Encrypt` under the key, in the key's region. Whether a person may call it is how IAM decides who may log in.
 * Rejects with a LoginRefusal: ERR_IAM_ENCRYPT_DENIED says which permission is missing.
 */
export type KmsEncrypt = (
  credentials: AwsCredentials,
  request: { readonly key: KeyArn; readonly plaintext: Uint8Array; readonly context: EncryptionContext },
) => Promise<Uint8Array>

type KmsClient = import('@aws-sdk/client-kms').KMSClient

/** Nobody has keys in more regions than these at a time; a challenge may name any. */
const MAX_CLIENTS = 20

/** KMS by the AWS SDK, which is loaded by the first call. Keeps the client of the last credentials for each region. */
export function createKmsEncrypt(createAgents?: CreateAwsAgents): KmsEncrypt {
  const clients = new Map<string, { readonly credentials: AwsCredentials; readonly kms: KmsClient }>()
  return async (credentials, { key, plaintext, context }) => {
    try {
      const sdk = await import('@aws-sdk/client-kms')
      let known = clients.get(key.region)
      if (known?.credentials !== credentials) {
        known?.kms.destroy()
        known = { credentials, kms: new sdk.KMSClient(clientSettings(key.region, credentials, createAgents)) }
      }
      keepLast(clients, key.region, known)
      const input = { KeyId: key.arn, Plaintext: plaintext, EncryptionContext: { ...context } }
      const { CiphertextBlob } = await known.kms.send(new sdk.EncryptCommand(input))
      return CiphertextBlob ?? new Uint8Array()
    } catch (cause) {
      throw explainDenial(cause, { key, context, credentials }) ?? explainAwsError(cause, 'kms:Encrypt', credentials)
    }
  }
}

function keepLast<T extends { readonly kms: KmsClient }>(clients: Map<string, T>, region: string, client: T): void {
  clients.delete(region)
  clients.set(region, client)
  const [oldest] = clients
  if (clients.size <= MAX_CLIENTS || oldest === undefined) return
  clients.delete(oldest[0])
  oldest[1].kms.destroy()
}
