import type { CreateAwsAgents } from '../aws/agents.js'
import { createDestinationPolicy, type DestinationPolicy } from '../server/destinations.js'
import { RouteAgent } from './route-agent.js'
import type { Route } from './routes.js'
import { createUpstream } from './upstream.js'

export interface AwsAgentsOptions {
  readonly routes: readonly Route[]
  /** Knows our own listeners. */
  readonly destinationPolicy: DestinationPolicy
  readonly ca?: readonly string[]
}

/**
 * AWS by the routes, where one leads through an HTTP proxy: whoever needs that for services needs it for AWS. A bastion (SOCKS) is
 * for services only. Undefined where there is no such route: the SDK's own connections.
 */
export function createAwsAgents({ routes, destinationPolicy, ca }: AwsAgentsOptions): CreateAwsAgents | undefined {
  const ours = routes.filter(({ via }) => via?.kind !== 'socks')
  if (!ours.some(({ via }) => via !== undefined)) return undefined
  const { isOwnListener } = destinationPolicy
  // What is dialled is the SDK's choice, an emulator on loopback included.
  const anywhere = { ...createDestinationPolicy({ allowLoopback: true, isTrusted: () => true }), isOwnListener }
  const { dial, dialTls } = createUpstream({ destinationPolicy: anywhere, routes: ours, ...(ca && { ca }) })
  return () => ({ httpAgent: new RouteAgent('http', dial), httpsAgent: new RouteAgent('https', dialTls) })
}
