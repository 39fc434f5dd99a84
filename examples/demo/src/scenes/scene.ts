import type { Cast } from '../cast/cast.js'
import type { Printer } from '../print/printer.js'
import type { Crossing } from '../wire/crossing.js'

/** What the end of the demo says of a scene. */
export interface Ending {
  readonly title: string
  readonly outcome: string
  readonly crossings: readonly Crossing[]
}

/** Plays, checks and tells one thing. Rejects with StepMissing. */
export type Scene = (cast: Cast, printer: Printer) => Promise<Ending>
