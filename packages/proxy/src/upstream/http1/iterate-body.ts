import { Readable } from 'node:stream'

/** An answer that tells of its body. */
interface ToldBody {
  readonly complete: boolean
  on(event: string, listener: (...args: never[]) => void): unknown
  pause(): unknown
  resume(): unknown
  destroy(): unknown
}

/** The body of an answer, held back until the next piece is asked for. Leaving the loop early destroys the answer. */
export function iterateBody(answer: ToldBody): AsyncIterator<Buffer> {
  const body = new Readable({
    read: () => void answer.resume(),
    destroy: (error, done) => {
      answer.destroy()
      done(error)
    },
  })
  answer.on('error', (error: Error) => body.destroy(error))
  answer.on('end', () => body.push(null))
  answer.on('close', () => {
    if (!answer.complete) body.destroy(new Error('the answer was cut off'))
  })
  answer.on('data', (bytes: Buffer) => {
    if (!body.push(bytes)) answer.pause()
  })
  return body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
}
