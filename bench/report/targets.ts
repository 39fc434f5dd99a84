import type { Result } from '../model.js'
import { alignColumns } from './align-columns.js'

/** What was measured of what is wanted, in the wanted unit: a ratio, ms, MB. Undefined where that was not measured. */
type Look = (results: Lookup) => number | undefined

interface Bound {
  /** `≤ 0.75 × goproxy, default` */
  readonly text: string
  readonly look: Look
  /** Inclusive, from above. */
  readonly limit: number
}

/** What a figure must be, and what it should be. */
interface Target {
  readonly what: string
  readonly least: Bound
  readonly aim?: Bound
}

/** How a target was met. */
export interface Outcome {
  readonly what: string
  readonly least: string
  readonly measured: string
  readonly aim: string
  readonly measuredOfAim: string
  readonly verdict: 'aim reached' | 'holds' | 'MISSED'
}

const OURS = 'iam-auth-proxy'
const DEFAULT = 'goproxy, default'
const LARGE = 'goproxy, large pool'
const HTTP_PROXY = 'http-proxy, keep-alive'

const TARGETS: readonly Target[] = [
  {
    what: 'CPU of a forwarded 200-byte GET, 32 clients',
    least: ratio('forward-32', 'cpu', DEFAULT, 0.75),
    aim: ratio('forward-32', 'cpu', LARGE, 0.75),
  },
  {
    what: 'p50 of a GET, one client',
    least: ratio('forward-1', 'p50', DEFAULT, 1.2),
    aim: ratio('forward-1', 'p50', DEFAULT, 1),
  },
  {
    what: 'CPU of a forwarded 64-KiB GET, 32 clients',
    least: aheadOf('forward-64KiB', 'cpu', [HTTP_PROXY, DEFAULT, 'squid']),
    aim: ratio('forward-64KiB', 'cpu', LARGE, 1),
  },
  ...['download', 'upload'].map((scenario) => ({
    what: `CPU of a ${scenario}`,
    least: aheadOf(scenario, 'cpu', [HTTP_PROXY, DEFAULT, 'squid']),
    aim: ratio(scenario, 'cpu', LARGE, 1),
  })),
  {
    what: 'CPU of 1 GiB through a tunnel',
    least: aheadOf('tunnel', 'cpu', ['haproxy (tcp)', 'squid', 'node:http by hand']),
    aim: ratio('tunnel', 'cpu', LARGE, 2),
  },
  {
    what: 'CPU of a GET through SOCKS, beside the same without',
    least: ratio('socks', 'cpu', `${OURS} (no SOCKS)`, 1.2),
  },
  {
    what: 'peak memory with 256 clients',
    least: own('forward-256', 'rss', 120, 'MB'),
    aim: own('forward-256', 'rss', 80, 'MB'),
  },
  {
    what: 'start, beyond an empty Node',
    least: difference('startup', 'wall', 'node -e 0', 60, 'ms'),
    aim: difference('startup', 'wall', 'node -e 0', 25, 'ms'),
  },
  {
    what: 'the first 100 requests of a process',
    least: ratio('cold', 'mean', HTTP_PROXY, 1 / 1.5),
    aim: ratio('cold', 'mean', HTTP_PROXY, 1 / 3),
  },
  {
    what: 'CPU of a request inside TLS, beside mockttp',
    least: ratio('intercept', 'cpu', 'mockttp', 1 / 3),
    aim: ratio('intercept', 'cpu', 'mockttp', 1 / 6),
  },
  {
    what: 'CPU of a request inside TLS, beside mitmproxy',
    least: ratio('intercept', 'cpu', 'mitmproxy', 1 / 6),
    aim: ratio('intercept', 'cpu', 'mitmproxy', 1 / 12),
  },
  {
    what: 'the certificate of a new host',
    least: {
      text: '≤ 2 ms of CPU',
      limit: 2,
      look: (at) => minus(at('leaf', `${OURS}, a new host`, 'cpu'), at('leaf', `${OURS}, again`, 'cpu'), 1000),
    },
  },
]

/** A figure's median; undefined where the scenario was not run, or the row is void. */
type Lookup = (scenario: string, contender: string, key: string) => number | undefined

/** The targets that these results say something about. */
export function judge(results: readonly Result[]): Outcome[] {
  const lookup: Lookup = (scenario, contender, key) => {
    const row = results.find(({ name }) => name === scenario)?.rows.find((one) => one.contender === contender)
    return row === undefined || row.errors > 0 ? undefined : row.figures[key]?.median
  }
  return TARGETS.flatMap(({ what, least, aim }) => {
    const measured = least.look(lookup)
    if (measured === undefined) return []
    const ofAim = aim?.look(lookup)
    const isReached = aim !== undefined && ofAim !== undefined && ofAim <= aim.limit
    const verdict = measured > least.limit ? 'MISSED' : isReached ? 'aim reached' : 'holds'
    const texts = { least: least.text, measured: format(measured), aim: aim?.text ?? '' }
    return [{ what, ...texts, measuredOfAim: ofAim === undefined ? '' : format(ofAim), verdict } as const]
  })
}

/** As a table. Empty where none of the scenarios has a target. */
export function formatOutcomes(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return ''
  const header = ['what', 'at least', 'measured', 'aim', 'measured', '']
  const rows = outcomes.map(({ what, least, measured, aim, measuredOfAim, verdict }) => [
    what,
    least,
    measured,
    aim,
    measuredOfAim,
    verdict,
  ])
  return ['Targets', ...alignColumns([header, ...rows], [2, 4])].join('\n  ')
}

function ratio(scenario: string, key: string, peer: string, limit: number): Bound {
  const text = `≤ ${Number(limit.toFixed(2))} × ${peer}`
  return { text, limit, look: (at) => over(at(scenario, OURS, key), at(scenario, peer, key)) }
}

/** Better than the best of these. */
function aheadOf(scenario: string, key: string, peers: readonly string[]): Bound {
  const look: Look = (at) => {
    const others = peers.flatMap((peer) => at(scenario, peer, key) ?? [])
    return others.length === 0 ? undefined : over(at(scenario, OURS, key), Math.min(...others))
  }
  return { text: `≤ ${peers.join(', ')}`, limit: 1, look }
}

function own(scenario: string, key: string, limit: number, unit: string): Bound {
  return { text: `≤ ${limit} ${unit}`, limit, look: (at) => at(scenario, OURS, key) }
}

function difference(scenario: string, key: string, other: string, limit: number, unit: string): Bound {
  const look: Look = (at) => minus(at(scenario, OURS, key), at(scenario, other, key), 1)
  return { text: `≤ ${other} + ${limit} ${unit}`, limit, look }
}

function over(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b
}

function minus(a: number | undefined, b: number | undefined, unit: number): number | undefined {
  return a === undefined || b === undefined ? undefined : (a - b) / unit
}

function format(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0)
}
