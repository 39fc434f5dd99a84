/** A command that was understood and not done. What it says is for the person who typed it. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}
