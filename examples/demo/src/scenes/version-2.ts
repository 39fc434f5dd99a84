import type { Cast } from '../cast/cast.js'
import { fetchThroughProxy } from '../cast/client.js'
import type { Printer } from '../print/printer.js'
import { describe } from '../story/describe.js'
import { tell } from '../story/tell.js'
import { version2Steps } from '../story/version-2.js'
import { type Crossing, setCookies } from '../wire/crossing.js'
import type { Scene } from './scene.js'

/** Steps whose messages the second telling shows: those where a role differs from a user. */
const ROLE_STEPS = [5, 7, 9, 17, 18, 20]

/** alice, with the keys of an IAM user. */
export const asUser: Scene = async (cast, printer) => {
  const { aws, service, proxies, timeline } = cast
  const { arn } = aws.local.state.user('alice')
  const url = `${service}/`
  printer.scene(
    '1  Version 2, as an IAM user',
    'alice’s proxy has her keys in its environment; she runs: curl --proxy … URL. No credential leaves her machine.',
  )
  const page = await fetchThroughProxy({ proxy: proxies.alice.origin, url }, timeline)
  const crossings = timeline.take()
  tell(version2Steps({ url, arn }), crossings, printer)
  printer.outcome('✓', `alice is ${arn}`)
  await openNextPage(cast, page, printer)
  return { title: 'version 2, an IAM user', outcome: arn, crossings }
}

/** What a browser does next: with the cookie it was given. */
async function openNextPage({ service, proxies, timeline }: Cast, page: Crossing, printer: Printer): Promise<void> {
  const cookies = setCookies(page).map(({ name, value }) => `${name}=${value}`)
  const headers = { 'User-Agent': 'demo', Cookie: cookies.join('; ') }
  const { status } = await fetchThroughProxy({ proxy: proxies.alice.origin, url: `${service}/`, headers }, timeline)
  const messages = timeline.take().map(describe).join(', ')
  const expected = `GET ${service}/, GET /, 200, 200`
  if (status !== 200 || messages !== expected) throw new Error(`the session did not open the next page: ${messages}`)
  printer.outcome('✓', 'the next page, with the session: 200, one request to the service, none to AWS')
}

/** alice, who has assumed a role: temporary credentials, which version 1 cannot use. */
export const asRole: Scene = async ({ aws, service, proxies, timeline }, printer) => {
  const { developerArn: roleArn, account } = aws
  const arn = `arn:aws:sts::${account}:assumed-role/developer/alice`
  const url = `${service}/`
  printer.scene('2  Version 2, as a role', `A second proxy runs with --assume-role-arn ${roleArn}. The same steps:`)
  await fetchThroughProxy({ proxy: proxies.developer.origin, url }, timeline)
  const crossings = timeline.take()
  tell(version2Steps({ url, arn, roleArn }), crossings, printer, ROLE_STEPS)
  printer.outcome('✓', `alice is ${arn}`)
  return { title: 'version 2, a role', outcome: arn, crossings }
}
