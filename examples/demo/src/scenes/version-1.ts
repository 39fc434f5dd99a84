import { open } from 'iam-auth-example-original-protocol/client'
import { REGION } from '../cast/aws.js'
import { fetchThroughProxy } from '../cast/client.js'
import { tell } from '../story/tell.js'
import { originalToServiceSteps, proxyToOriginalSteps } from '../story/version-1.js'
import type { Scene } from './scene.js'

/** Our proxy → a service that speaks version 1 only. */
export const proxyToOriginal: Scene = async ({ aws, original, proxies, timeline }, printer) => {
  const { arn } = aws.local.state.user('alice')
  const url = `${original}/`
  printer.scene(
    '3  Version 1: our proxy, and a service that knows nothing newer',
    `alice’s proxy was started with --trust ${original},protocol=1; without it, it refuses. Version 1 has steps of its own:`,
  )
  await fetchThroughProxy({ proxy: proxies.alice.origin, url }, timeline)
  const crossings = timeline.take()
  tell(proxyToOriginalSteps({ url, arn }), crossings, printer)
  printer.outcome('✓', `alice is ${arn}`)
  return { title: 'version 1, our proxy', outcome: arn, crossings }
}

/** A client that speaks version 1 only → our service. */
export const originalToService: Scene = async ({ aws, service, clientEndpoint, timeline }, printer) => {
  const { arn } = aws.local.state.user('alice')
  const url = `${service}/`
  printer.scene(
    '4  Version 1: a client that knows nothing newer, and our service',
    'The service offers [1, 2]; its challenge is one that both versions can read. Of the client, proxy and browser are one program here. It goes round twice: step 6 says why.',
  )
  await open(url, { endpoint: clientEndpoint, region: REGION, credentials: aws.credentialsOf('alice') })
  const crossings = timeline.take()
  tell(originalToServiceSteps({ url, arn }), crossings, printer, [2, 3, 5, 6, 7, 9, 11, 13, 14, 15])
  printer.outcome('✓', `alice is ${arn}`)
  return { title: 'version 1, our service', outcome: arn, crossings }
}
