import { createKeptBody, dropKept, keepChunk } from '../server/kept-body.js'

/** Bytes of a stream that are kept in case it must be sent again: the proxy's limit. */
const LIMIT_BYTES = 1024 * 1024

/** What fetch takes as a body. */
type SentBody = NonNullable<RequestInit['body']>

/** The body of a call, which may have to be sent more than once. */
export interface CallBody {
  /** A stream: what is gone is gone. */
  readonly isOneShot: boolean
  /** For the next request. */
  take(): SentBody | null
  /** Waits for the end of a stream, within the limit. True if it can be taken again. */
  isWhole(): Promise<boolean>
  /** Nobody will take it again. Of a call that failed nobody reads on either: the source is told. */
  release(hasFailed: boolean): void
}

/** What a program gave as `body`; undefined or null for none. */
export function createCallBody(body: unknown): CallBody {
  const stream = streamOf(body)
  if (stream !== undefined) return createStreamBody(stream)
  const given = (body ?? null) as SentBody | null
  // fetch reads text, bytes, forms and blobs anew each time.
  return { isOneShot: false, take: () => given, isWhole: async () => true, release: () => {} }
}

/** No body: of redirects that become a GET. */
export const NO_BODY: CallBody = createCallBody(null)

/** Node's fetch also takes what is iterated, such as a Readable. */
function streamOf(body: unknown): ReadableStream<Uint8Array> | undefined {
  if (body instanceof ReadableStream) return body
  const isIterated = typeof body === 'object' && body !== null && Symbol.asyncIterator in body
  return isIterated ? ReadableStream.from(body as AsyncIterable<Uint8Array>) : undefined
}

function createStreamBody(source: ReadableStream<Uint8Array>): CallBody {
  const reader = source.getReader()
  const kept = createKeptBody(undefined, LIMIT_BYTES)
  let isTaken = false
  let hasEnded = false
  /** The first request has given it up. The source goes on while the whole of it may still be wanted. */
  let givenUp: { readonly reason: unknown } | undefined
  const read = async () => {
    const result = await reader.read()
    if (result.done) hasEnded = true
    // A copy: whoever made the stream may use its buffers again.
    else if (result.value instanceof Uint8Array) keepChunk(kept, Buffer.from(result.value), LIMIT_BYTES)
    return result
  }
  const stop = (reason: unknown) => void reader.cancel(reason).catch(() => {})
  return {
    isOneShot: true,
    take() {
      if (isTaken) return Buffer.concat(kept.chunks ?? [])
      isTaken = true
      return passedOn(read, (reason) => {
        givenUp = { reason }
        if (!kept.chunks) stop(reason)
      })
    },
    async isWhole() {
      try {
        while (!hasEnded && kept.chunks) await read()
      } catch {
        return false
      }
      return hasEnded && kept.chunks !== undefined
    },
    release(hasFailed) {
      dropKept(kept)
      if (hasFailed || givenUp !== undefined || !isTaken) stop(givenUp?.reason)
    },
  }
}

function passedOn(
  read: () => Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>,
  cancel: (reason: unknown) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await read()
        if (done || value === undefined) controller.close()
        else controller.enqueue(value)
      },
      cancel,
    },
    { highWaterMark: 0 },
  )
}
