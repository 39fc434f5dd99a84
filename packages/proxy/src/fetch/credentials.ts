import { explainAwsError } from '../aws/errors.js'
import type { AskForCodes, CodeOf } from '../credentials/mfa.js'
import type { CredentialSource } from '../credentials/source.js'
import { LoginRefusal } from '../login/refusal.js'
import { Secret } from '../secret.js'
import type { CredentialsProvider, IamFetchOptions } from './options.js'

/** The credentials of a function that the program gave. Rejects with a LoginRefusal. */
export function givenCredentials(provide: CredentialsProvider): CredentialSource {
  return async () => {
    const given = await asked(provide)
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = given ?? {}
    if (!isText(accessKeyId) || !isText(secretAccessKey)) {
      throw new LoginRefusal('ERR_IAM_NO_CREDENTIALS', 'The function `credentials` gave no access key.')
    }
    return {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      sessionToken: isText(sessionToken) ? new Secret(sessionToken) : undefined,
      expiresAt: expiration?.getTime(),
      origin: 'the function `credentials`',
    }
  }
}

/** The code of an MFA device, by the program's own function, once a session; nobody sits before a service. */
export function programsCodes(mfaCode: IamFetchOptions['mfaCode']): AskForCodes {
  return (task) => task(mfaCode ?? noFunction)
}

const noFunction: CodeOf = async (serialNumber) => {
  throw new LoginRefusal('ERR_IAM_MFA', `The profile wants a code of the MFA device ${serialNumber}.`, {
    hint: 'Give createIamFetch the option mfaCode, a function that asks for it.',
  })
}

async function asked(provide: CredentialsProvider) {
  try {
    return await provide()
  } catch (cause) {
    const known = explainAwsError(cause, 'credentials')
    if (known.code !== 'ERR_IAM_AWS_REFUSED' || known === cause) throw known
    throw new LoginRefusal('ERR_IAM_NO_CREDENTIALS', 'The function `credentials` failed.', { cause })
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
