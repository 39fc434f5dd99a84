import type { AwsCredentials } from '../credentials/source.js'
import type { CreateAwsAgents } from './agents.js'

/** Seconds that credentials fetched for the SDK may be handed to it. */
export interface SdkCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** AWS answers in well under a second; a login fails rather than hang. */
const CONNECT_TIMEOUT_MS = 3_000
const REQUEST_TIMEOUT_MS = 8_000

/** Settings of every client we make. Regions and endpoints otherwise follow the SDK (`AWS_ENDPOINT_URL…`). */
export function clientSettings(region: string, credentials: AwsCredentials, createAgents?: CreateAwsAgents) {
  return {
    region,
    credentials: revealed(credentials),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, ...createAgents?.() },
  }
}

function revealed({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials): SdkCredentials {
  const token = sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }
  return { accessKeyId, secretAccessKey: secretAccessKey.reveal(), ...token }
}
