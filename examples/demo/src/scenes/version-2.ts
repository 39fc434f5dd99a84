import { fetchThroughProxy } from '../cast/client.js'
import { tell } from '../story/tell.js'
import { version2Steps } from '../story/version-2.js'
import { setCookies } from '../wire/crossing.js'
import type { Scene } from './scene.js'

/** Steps whose messages the second telling shows: those where a role differs from a user. */
const ROLE_STEPS = [5, 7, 9, 17, 18, 20]

/** alice, with the keys of an IAM user. */
export const asUser: Scene = async ({ aws, service, proxies, timeline }, printer) => {
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
  const cookie = setCookies(page).map(({ name, value }) => `${name}=${value}`)
  await openAgain(url, cookie.join('; '))
  return { title: 'version 2, an IAM user', outcome: arn, crossings }

  async function openAgain(again: string, cookies: string): Promise<void> {
    const headers = { 'User-Agent': 'demo', Cookie: cookies }
    const { status } = await fetchThroughProxy({ proxy: proxies.alice.origin, url: again, headers }, timeline)
    const messages = timeline.take().length
    if (status !== 200 || messages !== 4) throw new Error('the session did not open the next page at once')
    printer.outcome('✓', 'the next page, with the session: 200, one request to the service, none to AWS')
  }
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
