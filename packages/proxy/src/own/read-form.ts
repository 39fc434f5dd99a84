import type { ClientMessage } from '../server/client-message.js'

/** Our forms have a few short fields. */
const MAX_BYTES = 4096

/** A form that cannot be read, and the status that says why. */
export class FormError extends Error {
  override readonly name = 'FormError'

  constructor(
    readonly status: 413 | 415,
    message: string,
  ) {
    super(message)
  }
}

/** The fields of a form as browsers post them. Rejects with a FormError, or with the socket's error. */
export async function readForm(request: ClientMessage): Promise<URLSearchParams> {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/x-www-form-urlencoded(?: *; *charset=utf-8)?$/i.test(type)) {
    throw new FormError(415, 'post it as application/x-www-form-urlencoded')
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length
    if (length > MAX_BYTES) throw new FormError(413, `more than ${MAX_BYTES} bytes`)
    chunks.push(chunk as Buffer)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
