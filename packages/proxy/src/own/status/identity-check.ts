import type { Activity } from '../../activity/activity.js'
import type { ProxyConfig } from '../../config/config.js'
import type { WhoWeAre } from '../../credentials/caller.js'
import { LoginRefusal } from '../../login/refusal.js'
import type { PersonAsked } from '../../login/while-asked.js'
import type { Status } from './status.js'

/** Who we are for AWS: what is known, and asking when a person wants to know. */
export interface IdentityCheck {
  state(): Status['identity']
  /** Asks AWS, in the background; what comes out shows in the state, or as the activity's problem. */
  start(): void
}

export interface IdentityCheckDeps {
  readonly source: WhoWeAre
  readonly config: Pick<ProxyConfig, 'credentials' | 'profile'>
  readonly activity: Pick<Activity, 'identified'>
  /** Questions to the person: AWS may want an MFA code first. */
  readonly asked: Pick<PersonAsked, 'whenOpen'>
}

export function createIdentityCheck({ source, config, activity, asked }: IdentityCheckDeps): IdentityCheck {
  let asking = false
  let codeForm: string | undefined
  const ask = async () => {
    const stop = asked.whenOpen((question) => {
      codeForm = question.formPath(undefined)
    })
    try {
      await source(config.credentials.region)
      activity.identified(undefined)
    } catch (error) {
      const { code, message, hint } = error instanceof LoginRefusal ? error : UNFORESEEN
      activity.identified({ code, message, hint })
    } finally {
      stop()
      codeForm = undefined
      asking = false
    }
  }
  return {
    start() {
      if (asking) return
      asking = true
      void ask()
    },
    state() {
      const caller = source.known()
      const expiresAt = caller?.credentials.expiresAt
      return {
        source: describeSource(config),
        isAsking: asking,
        codeForm: codeForm ?? null,
        arn: caller?.principal.arn ?? null,
        account: caller?.principal.account ?? null,
        expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
      }
    },
  }
}

const UNFORESEEN = { code: 'ERR_IAM_AWS_REFUSED', message: 'AWS could not be asked.', hint: 'The log may say why.' }

function describeSource({ credentials, profile }: IdentityCheckDeps['config']): string {
  const base = profile === undefined ? 'the default chain of the AWS SDK' : `profile ${profile}`
  const { assumeRole } = credentials
  return assumeRole === undefined ? base : `role ${assumeRole.roleArn}, assumed with ${base}`
}
