import type { Target } from './target.js'
import { addressTargets } from './targets/addresses.js'
import { arnTargets } from './targets/arns.js'
import { challengeTargets } from './targets/challenge.js'
import { cookieTargets } from './targets/cookies.js'
import { httpAnswerTargets } from './targets/http-answers.js'
import { textTargets } from './targets/texts.js'
import { trustTargets } from './targets/trust.js'

/** Every parser of what a stranger sends. */
export const targets: readonly Target[] = [
  ...challengeTargets,
  ...textTargets,
  ...arnTargets,
  ...addressTargets,
  ...cookieTargets,
  ...httpAnswerTargets,
  ...trustTargets,
]

/** How many of all the cases fall to each target. */
export function shares(chosen: readonly Target[], total: number): (readonly [Target, number])[] {
  const weights = chosen.reduce((sum, { weight }) => sum + weight, 0)
  return chosen.map((target) => [target, Math.ceil((total * target.weight) / weights)])
}
