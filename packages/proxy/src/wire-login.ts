import { randomBytes } from 'node:crypto'
import type { Activity } from './activity/activity.js'
import { defaultChain } from './aws/default-chain.js'
import { createKmsEncrypt } from './aws/kms.js'
import { createSts } from './aws/sts.js'
import type { ProxyConfig } from './config/config.js'
import { chooseCredentials } from './credentials/choose.js'
import type { Log } from './log.js'
import { createLoginLayer } from './login/answer-challenge.js'
import type { SendToOrigin } from './login/exchange.js'
import type { Mfa } from './mfa/mfa.js'
import { describeRefusal, renderRefusal, summariseRefusal } from './pages/refusal-page.js'
import type { TrustList } from './trust/list.js'
import { type AwsAgentsOptions, createAwsAgents } from './upstream/aws-agents.js'
import { readVersion } from './version.js'

export interface LoginParts {
  readonly config: ProxyConfig
  readonly aws: AwsAgentsOptions
  readonly trust: TrustList
  readonly send: SendToOrigin
  readonly mfa: Mfa
  readonly activity: Activity
  readonly log: Log
}

/** The wiring of all that a login takes, and who we are for AWS. Nothing of AWS is loaded before a challenge needs it. */
export function wireLogin({ config, aws, trust, send, mfa, activity, log }: LoginParts) {
  const createAgents = createAwsAgents(aws)
  const { askForCodes } = mfa
  const { profile, credentials: choice } = config
  const base = defaultChain({ profile, region: choice.region, askForCodes, createAgents })
  const credentials = chooseCredentials(choice, { base, sts: createSts(createAgents), askForCodes, now: Date.now })
  const layer = createLoginLayer({
    trust,
    credentials,
    encrypt: createKmsEncrypt(createAgents),
    send,
    refusals: { page: renderRefusal, line: describeRefusal },
    asked: mfa.asked,
    log,
    observer: { ...activity, refused: (refused) => activity.refused(summariseRefusal(refused)) },
    now: Date.now,
    monotonicMs: () => performance.now(),
    randomBytes,
    userAgent: `iam-auth-proxy/${readVersion()}`,
  })
  return { layer, identity: credentials.identity }
}
