import type { Result } from '../model.js'
import { alignColumns } from './align-columns.js'
import type { Lookup } from './bounds.js'
import { TARGETS } from './targets.js'

/** How a target was met. */
interface Outcome {
  readonly what: string
  readonly least: string
  readonly measured: string
  readonly aim: string
  readonly measuredOfAim: string
  readonly verdict: 'aim reached' | 'holds' | 'MISSED'
}

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

function format(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0)
}
