/** token → KMS Decrypt → the user's credentials → GetCallerIdentity with them → who it is. */
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

/** Where AWS is, and the service's own right to decrypt. */
export interface ServiceAwsOptions {
  endpoint: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/** Who a token turned out to be. */
export interface Identity {
  account: string
  arn: string
}

/** Opens the KMS client. `identify` throws at anything that is not right. */
export function createTokenLogin(
  { endpoint, region, credentials }: ServiceAwsOptions,
  context: Record<string, string>,
) {
  const kms = new KMSClient({ endpoint, region, credentials })

  async function whoIs(triple: Triple): Promise<Identity> {
    const sts = new STSClient({ endpoint, region, credentials: triple })
    try {
      const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}))
      return { account: Account, arn: Arn }
    } finally {
      sts.destroy()
    }
  }

  return {
    /** No KeyId: any key the service may decrypt with will do. */
    async identify(token: string): Promise<Identity> {
      const CiphertextBlob = parsePythonBase64(token)
      const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }))
      return whoIs(parseTriple(Buffer.from(Plaintext ?? []).toString()))
    },
    close: () => kms.destroy(),
  }
}

/** Python's `b64decode`: bytes outside the standard alphabet are skipped, the padding has to be right. */
function parsePythonBase64(text: string): Buffer {
  const kept = text.replace(/[^A-Za-z0-9+/=]/g, '')
  if (kept.length % 4 !== 0) throw new Error('incorrect padding')
  return Buffer.from(kept, 'base64')
}

interface Triple {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** Expiration is not looked at, and an empty SessionToken is a long-lived key. */
function parseTriple(plaintext: string): Triple {
  const json = JSON.parse(plaintext) as Record<string, unknown>
  const [accessKeyId, secretAccessKey, sessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(
    (name) => {
      const value = json[name]
      if (typeof value !== 'string') throw new Error(`${name} is missing`)
      return value
    },
  ) as [string, string, string]
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}
