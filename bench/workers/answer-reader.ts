/** What comes next: an answer, only its head (of a CONNECT, an upgrade), or so many bytes. */
export type Expected = 'answer' | 'head' | number

interface Answer {
  readonly status: number
  /** Bytes of the body, or of those expected. */
  readonly received: number
}

/** Reads answers of well-behaved servers from a connection: those without a Content-Length never end, and so are errors. */
export interface AnswerReader {
  /** What came. Its rest belongs to what is expected next, which must be known by then. */
  take(bytes: Buffer): boolean
  /** The next one, whole. Rejects where the connection ends before. */
  next(expected: Expected): Promise<Answer>
  /** The connection has ended. */
  fail(): void
}

interface Pending {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

export function createAnswerReader(): AnswerReader {
  let pending: Pending | undefined
  let hasEnded = false
  let head = ''
  let status = 0
  let left = -1
  let received = 0
  let hasNoBody = false
  const settle = () => {
    const { resolve } = pending ?? {}
    pending = undefined
    left = -1
    resolve?.({ status, received })
  }
  const readHead = (bytes: Buffer): Buffer => {
    head += bytes.toString('latin1')
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return bytes.subarray(bytes.length)
    status = Number(head.slice(9, 12))
    const length = /\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1]
    left = hasNoBody ? 0 : Number(length ?? Number.POSITIVE_INFINITY)
    const rest = head.length - end - 4
    head = ''
    return bytes.subarray(bytes.length - rest)
  }
  return {
    take(bytes) {
      const body = left < 0 ? readHead(bytes) : bytes
      if (left < 0) return true
      received += body.length
      left -= body.length
      if (left <= 0) settle()
      return true
    },
    next: (expected) =>
      new Promise((resolve, reject) => {
        if (hasEnded) reject(new Error('the connection has ended'))
        hasNoBody = expected === 'head'
        received = 0
        if (typeof expected === 'number') left = expected
        pending = { resolve, reject }
      }),
    fail() {
      hasEnded = true
      pending?.reject(new Error('the connection ended'))
    },
  }
}
