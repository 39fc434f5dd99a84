import { createServer } from 'iam-auth-example-original-protocol/server'
import type { Closing } from '../closing.js'
import type { Party, RequestCrossing } from '../wire/crossing.js'
import { type Listening, listen } from '../wire/listen.js'
import { createTimeline, type Timeline } from '../wire/timeline.js'
import { startWiretap, type WiretapOptions } from '../wire/wiretap.js'
import { type Aws, REGION, startAws } from './aws.js'
import { proxyEnvironment } from './environment.js'
import { HOSTILE_USER_AGENT, startHostileSite } from './hostile-site.js'
import { type ProxyProcess, startProxy } from './proxy.js'
import { startService } from './service.js'

/** Everybody in the demo. Between any two of them is a wire that is tapped; the origins are those of the taps. */
export interface Cast {
  readonly timeline: Timeline
  readonly aws: Aws
  /** The service of ours. */
  readonly service: string
  /** The service that speaks version 1 only. */
  readonly original: string
  readonly hostile: string
  /** AWS, as the original's client reaches it. */
  readonly clientEndpoint: string
  /** alice's; and alice's, who assumes a role; and bob's. */
  readonly proxies: { readonly alice: ProxyProcess; readonly developer: ProxyProcess; readonly bob: ProxyProcess }
}

/** Starts everybody. What has been opened when something fails is in `closing`. */
export async function assembleCast(closing: Closing): Promise<Cast> {
  const timeline = createTimeline()
  const aws = closing.opened(await startAws())
  const tap = async (options: Omit<WiretapOptions, 'timeline'>) =>
    closing.opened(await startWiretap({ ...options, timeline })).origin
  const [forProxy, forService, clientEndpoint] = await Promise.all(
    (['proxy', 'service', 'client'] as const).map((from) => tap({ from, to: 'AWS', target: aws.endpoint })),
  )
  const { origin: ownService } = closing.opened(await startService({ aws, endpoint: forService ?? '' }))
  const service = await tap({ from: whoAsks, to: 'service', target: ownService })
  const { origin: ownOriginal } = closing.opened(await startOriginal(aws, forService ?? ''))
  const original = await tap({ from: 'proxy', to: 'service', target: ownOriginal })
  const { origin: ownHostile } = closing.opened(await startHostileSite(service))
  const hostile = await tap({ from: 'proxy', to: 'hostile', target: ownHostile })
  const proxies = await startProxies(closing, aws, forProxy ?? '', original)
  return { timeline, aws, service, original, hostile, clientEndpoint: clientEndpoint ?? '', proxies }
}

/** The original's client comes by itself and names no user agent; our proxy passes its client's on. */
function whoAsks(headers: RequestCrossing['headers']): Party {
  const [userAgent] = headers.get('user-agent') ?? []
  if (userAgent === HOSTILE_USER_AGENT) return 'hostile'
  return userAgent === undefined ? 'client' : 'proxy'
}

function startOriginal(aws: Aws, endpoint: string): Promise<Listening> {
  const settings = { endpoint, region: REGION, credentials: aws.credentialsOf('server') }
  return listen(createServer({ realm: aws.account, keyArn: aws.keyArn, salt: 'demo', aws: settings }))
}

async function startProxies(closing: Closing, aws: Aws, endpoint: string, original: string): Promise<Cast['proxies']> {
  const start = async (user: 'alice' | 'bob', ...flags: readonly string[]) => {
    const all = ['--bind', '127.0.0.1:0', '--allow-loopback', ...flags]
    return closing.opened(await startProxy(all, proxyEnvironment(endpoint, REGION, aws.credentialsOf(user))))
  }
  const role = ['--assume-role-arn', aws.developerArn, '--assume-role-session-name', 'alice']
  const started = await Promise.allSettled([
    start('alice', '--trust', `${original},protocol=1`),
    start('alice', ...role),
    start('bob'),
  ])
  const [alice, developer, bob] = started.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  }) as [ProxyProcess, ProxyProcess, ProxyProcess]
  return { alice, developer, bob }
}
