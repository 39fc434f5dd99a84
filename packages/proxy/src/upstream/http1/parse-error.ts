/** What a service sent is no HTTP/1.1 that we read. Its codes begin with `HPE_`, as those of Node's parser do. */
export class ParseError extends Error {
  override readonly name = 'ParseError'
  constructor(
    readonly code: `HPE_${string}`,
    reason: string,
  ) {
    super(`Parse Error: ${reason}`)
  }
}
