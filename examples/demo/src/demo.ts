import { assembleCast } from './cast/cast.js'
import type { Closing } from './closing.js'
import type { Printer } from './print/printer.js'
import { denied, relayed } from './scenes/refusals.js'
import type { Ending, Scene } from './scenes/scene.js'
import { originalToService, proxyToOriginal } from './scenes/version-1.js'
import { asRole, asUser } from './scenes/version-2.js'
import { describe } from './story/describe.js'
import type { Crossing, Party } from './wire/crossing.js'

const SCENES: readonly Scene[] = [asUser, asRole, proxyToOriginal, originalToService, denied, relayed]

/** The whole demo. Rejects at the first step that does not happen. */
export async function demo(closing: Closing, printer: Printer): Promise<void> {
  printer.title('The life of a login')
  printer.paragraph(
    'Real: the proxy (a process of its own), the service (Express), every HTTP message below, every signature. Embedded: AWS, in this process; it verifies as AWS does. Secrets are shown by their first characters and their length.',
  )
  const cast = await assembleCast(closing)
  const endings: Ending[] = []
  try {
    for (const scene of SCENES) endings.push(await scene(cast, printer))
  } catch (error) {
    for (const [name, { log }] of Object.entries(cast.proxies)) printer.row(`log of ${name}`, log.at(-1) ?? '')
    throw error
  }
  requireAllCallsSeen(endings, cast.aws.local.calls().length)
  summarise(endings, printer)
}

/** What was told is all that happened: the embedded AWS keeps a count of its own. */
function requireAllCallsSeen(endings: readonly Ending[], counted: number): void {
  const seen = endings.reduce((sum, { crossings }) => sum + crossings.filter(isAwsCall).length, 0)
  if (seen !== counted) throw new Error(`AWS was called ${counted} times, and ${seen} calls crossed the wires`)
}

function summarise(endings: readonly Ending[], printer: Printer): void {
  printer.title('Who came in')
  for (const { title, outcome } of endings) printer.row(title, outcome)
  printer.title('AWS calls')
  for (const { title, crossings } of endings) printer.row(title, sides(crossings))
  printer.title('Where to go next')
  printer.row('npm run demo -- --serve', 'the service and alice’s proxy, for your own browser or curl')
  printer.row('README.md', 'install the proxy; app.use(iamAuth()) in a service of yours')
  printer.row('examples/express-server', 'a service to start from')
  printer.line('')
}

/** `proxy: Encrypt, 2 × GetCallerIdentity; service: none` */
function sides(crossings: readonly Crossing[]): string {
  const calls = crossings.filter(isAwsCall)
  const caller: Party = calls.some(({ from }) => from === 'client') ? 'client' : 'proxy'
  return [caller, 'service'].map((side) => `${side}: ${count(calls.filter(({ from }) => from === side))}`).join('; ')
}

function count(calls: readonly Crossing[]): string {
  const counts = new Map<string, number>()
  for (const action of calls.map(describe)) counts.set(action, (counts.get(action) ?? 0) + 1)
  const parts = [...counts].map(([action, times]) => (times === 1 ? action : `${times} × ${action}`))
  return parts.length === 0 ? 'none' : parts.join(', ')
}

function isAwsCall({ kind, to }: Crossing): boolean {
  return kind === 'request' && (to === 'STS' || to === 'KMS')
}
