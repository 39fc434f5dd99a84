import { BROWSER_HEADERS, fetchThroughProxy } from '../cast/client.js'
import { deniedSteps, relaySteps } from '../story/refusals.js'
import { tell } from '../story/tell.js'
import type { Scene } from './scene.js'

/** bob is of the account, and IAM does not let him in. */
export const denied: Scene = async ({ aws, service, proxies, timeline }, printer) => {
  const { arn } = aws.local.state.user('bob')
  const url = `${service}/`
  const Condition = { StringEquals: { 'kms:EncryptionContext:iam-auth-origin': service } }
  const missing = JSON.stringify({ Effect: 'Allow', Action: 'kms:Encrypt', Resource: aws.keyArn, Condition })
  printer.scene(
    '5  Refused: bob, whose IAM policy has no kms:Encrypt',
    'He opens the page in a browser. The steps of version 2, as far as they go:',
  )
  await fetchThroughProxy({ proxy: proxies.bob.origin, url, headers: BROWSER_HEADERS }, timeline)
  const crossings = timeline.take()
  tell(deniedSteps({ url, arn }, missing), crossings, printer, [7, 10])
  printer.outcome('✓', 'bob is not let in, and the service got nothing from him but his first request')
  return { title: 'bob', outcome: 'refused: his policy lacks kms:Encrypt', crossings }
}

/** alice is lured to a site that would like to be her at the genuine one. */
export const relayed: Scene = async ({ aws, service, hostile, proxies, timeline }, printer) => {
  const url = `${hostile}/`
  printer.scene(
    '6  Refused: a hostile site that passes on the challenge of the genuine one',
    'alice follows a link in her browser. Her proxy has credentials, and the key and the realm are right. The steps of version 2, as far as they go:',
  )
  const before = aws.local.calls().length
  await fetchThroughProxy({ proxy: proxies.alice.origin, url, headers: BROWSER_HEADERS }, timeline)
  const crossings = timeline.take()
  tell(relaySteps({ url, service }), crossings, printer)
  const calls = aws.local.calls().length - before
  if (calls !== 0) throw new Error(`${calls} AWS calls were made for the hostile site`)
  printer.outcome('✓', `nothing was sent: ${calls} AWS calls, and no proof for the hostile site to pass on`)
  return { title: 'a hostile site', outcome: 'refused: nothing was sent, no AWS call was made', crossings }
}
