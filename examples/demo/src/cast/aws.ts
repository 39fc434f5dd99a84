import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import type { Credentials } from './environment.js'

export const REGION = 'eu-west-1'

/** The embedded AWS, and what the others need to know of it. */
export interface Aws {
  readonly local: LocalAws
  readonly endpoint: string
  readonly account: string
  readonly keyArn: string
  readonly developerArn: string
  credentialsOf(user: 'alice' | 'bob' | 'server'): Credentials
  close(): Promise<void>
}

/**
 * Its seed has alice (may encrypt under the login key, and assume the role developer) and server (may only decrypt); bob
 * is of the same account and may do nothing.
 */
export async function startAws(port = 0): Promise<Aws> {
  const local = await startLocalAws({ port, region: REGION })
  const { state, endpoint } = local
  state.addUser({ name: 'bob' })
  return {
    local,
    endpoint,
    account: state.account().id,
    keyArn: state.key().arn,
    developerArn: state.role('developer').arn,
    credentialsOf(name) {
      const { accessKeyId = '', secretAccessKey = '' } = state.user(name).accessKeys[0] ?? {}
      return { accessKeyId, secretAccessKey }
    },
    close: () => local.close(),
  }
}
