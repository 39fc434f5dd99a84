import { afterAll, onTestFinished } from 'vitest'

type Undo = () => unknown

/** Who ends what was started: `onTestFinished` inside a test, `afterAll` for a whole file. */
export type Keeper = (undo: Undo) => void

export const thisTest: Keeper = (undo) => onTestFinished(async () => void (await undo()))

/** To be called at the top of a file: what it is given is ended after all its tests, the last one first. */
export function thisFile(): Keeper {
  const undos: Undo[] = []
  afterAll(async () => {
    for (const undo of undos.reverse()) await undo()
  })
  return (undo) => void undos.push(undo)
}
