import type { Agent } from 'node:http'

/**
 * The connections of one AWS client, which ends them with itself: for AWS behind another proxy, since the SDK looks at no
 * such setting.
 */
export type CreateAwsAgents = () => { readonly httpAgent: Agent; readonly httpsAgent: Agent }
