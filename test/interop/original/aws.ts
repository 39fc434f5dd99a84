/** The embedded AWS, with what a login by version 1 needs: a user, a service that may only decrypt, and a key. */
import { startLocalAws } from 'iam-auth-local-aws'

/** Starts one in the original's default region. */
export async function startAws() {
  const local = await startLocalAws({ region: 'eu-west-1' })
  const { endpoint, region, state } = local
  const alice = state.user('alice')
  return {
    local,
    endpoint,
    region,
    account: alice.accountId,
    userArn: alice.arn,
    user: firstKey(alice.accessKeys),
    service: firstKey(state.user('server').accessKeys),
    kmsKeyArn: state.key().arn,
    close: () => local.close(),
  }
}

function firstKey(keys: { accessKeyId: string; secretAccessKey: string }[]) {
  const { accessKeyId = '', secretAccessKey = '' } = keys[0] ?? {}
  return { accessKeyId, secretAccessKey }
}
