/** References to the chunks of a request body, in case it must be sent again. Nothing is copied. */
export interface KeptBody {
  /** `undefined` once the body passed the limit, or nobody can want it any more. */
  chunks: Buffer[] | undefined
  size: number
}

/** A body announced as longer than the limit is not kept at all. */
export function createKeptBody(contentLength: string | undefined, limitBytes: number): KeptBody {
  return { chunks: Number(contentLength ?? 0) > limitBytes ? undefined : [], size: 0 }
}

/** Notes a chunk; beyond the limit all are let go. */
export function keepChunk(body: KeptBody, chunk: Buffer, limitBytes: number): void {
  if (!body.chunks) return
  body.size += chunk.length
  if (body.size > limitBytes) body.chunks = undefined
  else body.chunks.push(chunk)
}

export function dropKept(body: KeptBody): void {
  body.chunks = undefined
}
