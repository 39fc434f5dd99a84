import type { Printer } from '../print/printer.js'
import type { Crossing } from '../wire/crossing.js'
import { describe } from './describe.js'
import type { Expected, Step } from './step.js'

/** What should have happened next did not. */
class StepMissing extends Error {
  override readonly name = 'StepMissing'
}

/**
 * Tells the steps of a login by what really crossed the wires: each message has to be the next one of its step. Prints no
 * step that did not happen. @param detailed the numbers of the steps whose messages are shown; all of them if left out
 * @throws StepMissing
 */
export function tell(
  steps: readonly Step[],
  crossings: readonly Crossing[],
  printer: Printer,
  detailed?: readonly number[],
): void {
  const rest = [...crossings]
  let untold: Step[] = []
  for (const step of steps) {
    const details = step.messages.flatMap((expected) => check(step, expected, rest.shift()))
    untold.push(step)
    if (step.messages.length === 0) continue
    for (const { number, route, text } of untold) {
      const shown = number === step.number && (detailed?.includes(number) ?? true)
      printer.step(number, route, text, shown ? details : [])
    }
    untold = []
  }
  const [unexpected] = rest
  if (unexpected !== undefined) throw new StepMissing(`after the last step there was more: ${name(unexpected)}`)
}

function check({ number, text }: Step, expected: Expected, crossing: Crossing | undefined): readonly string[] {
  const { from, to, what, details } = expected
  const missing = `step ${number} did not happen (${text}): ${from} → ${to}: ${what}`
  if (crossing === undefined) throw new StepMissing(`${missing}; nothing more came`)
  if (crossing.from !== from || crossing.to !== to || describe(crossing) !== what) {
    throw new StepMissing(`${missing}; instead there was ${name(crossing)}`)
  }
  try {
    return details(crossing)
  } catch (cause) {
    throw new StepMissing(`step ${number} went wrong (${text}): ${(cause as Error).message}`, { cause })
  }
}

function name(crossing: Crossing): string {
  return `${crossing.from} → ${crossing.to}: ${describe(crossing)}`
}
