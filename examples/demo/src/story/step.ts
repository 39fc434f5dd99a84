import type { Crossing, Party } from '../wire/crossing.js'

/** A message that has to cross the wire. */
export interface Expected {
  readonly from: Party
  readonly to: Party
  /** `GET /`, `POST /auth`, an AWS action such as `Encrypt`, or the status of an answer. */
  readonly what: string
  /** What to show of it, secrets masked. Throws if it does not carry what it has to. */
  readonly details: (crossing: Crossing) => readonly string[]
}

/** A step of a login. */
export interface Step {
  readonly number: number
  /** Who to whom, or who alone. */
  readonly route: string
  readonly text: string
  /** None: it happens inside somebody, and is told once the next message shows that it has happened. */
  readonly messages: readonly Expected[]
}

/** A step that is one message. */
export function message(
  number: number,
  route: readonly [from: Party, to: Party],
  what: string,
  text: string,
  details: Expected['details'] = () => [],
): Step {
  const [from, to] = route
  return { number, route: `${from} → ${to}`, text, messages: [{ from, to, what, details }] }
}

/** A step inside somebody. */
export function inside(number: number, who: Party, text: string): Step {
  return { number, route: who, text, messages: [] }
}

/** A question and its answer in one step. */
export function exchange(
  number: number,
  route: readonly [from: Party, to: Party],
  [what, status]: readonly [what: string, status: string],
  text: string,
  details: { readonly asked?: Expected['details']; readonly answered?: Expected['details'] } = {},
): Step {
  const [from, to] = route
  const asked = { from, to, what, details: details.asked ?? (() => []) }
  const answered = { from: to, to: from, what: status, details: details.answered ?? (() => []) }
  return { number, route: `${from} ⇄ ${to}`, text, messages: [asked, answered] }
}
