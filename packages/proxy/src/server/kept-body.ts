/** References to the chunks of a request body, in case it must be sent again. Nothing is copied. */
export interface KeptBody {
  /** `undefined` once the body passed the limit, or nobody can want it any more. */
  chunks: Buffer[] | undefined
  size: number
  /** Bytes that its Content-Length still promises. @default 0: there is none, or its end is not said in advance */
  left: number
}

/** A body announced as longer than the limit is not kept at all. */
export function createKeptBody(contentLength: string | undefined, limitBytes: number): KeptBody {
  const length = Number(contentLength ?? 0)
  return { chunks: length > limitBytes ? undefined : [], size: 0, left: length }
}

/** Notes a chunk; beyond the limit all are let go. */
export function keepChunk(body: KeptBody, chunk: Buffer, limitBytes: number): void {
  body.left -= chunk.length
  if (!body.chunks) return
  body.size += chunk.length
  if (body.size > limitBytes) body.chunks = undefined
  else body.chunks.push(chunk)
}

export function dropKept(body: KeptBody): void {
  body.chunks = undefined
}
