import type { IncomingMessage } from 'node:http'
import { LoginRefusal } from '../refusal.js'

/** The largest login: a session token of 8 KiB and a data key fit several times. */
const MAX_BODY_BYTES = 32 * 1024

/**
 * The body as UTF-8 text.
 *
 * @throws LoginRefusal ERR_IAM_BODY_SIZE, ERR_IAM_BODY_CONSUMED, ERR_IAM_BODY_ABORTED, ERR_IAM_LOGIN_SCHEMA
 */
export async function readBody(req: IncomingMessage): Promise<string> {
  if (req.readableDidRead || req.readableEnded) {
    throw new LoginRefusal('ERR_IAM_BODY_CONSUMED', 'a body parser came first: app.use(iamAuth()) belongs before it')
  }
  if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const bytes = await collect(req)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new LoginRefusal('ERR_IAM_LOGIN_SCHEMA', 'not UTF-8', { cause })
  }
}

function collect(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const onData = (chunk: Buffer) => {
      length += chunk.length
      chunks.push(chunk)
      if (length > MAX_BODY_BYTES) {
        req.off('data', onData).pause()
        reject(tooLarge())
      }
    }
    req.on('data', onData)
    req.once('end', () => resolve(Buffer.concat(chunks)))
    req.once('error', (cause) => reject(aborted(cause)))
    req.once('close', () => reject(aborted()))
  })
}

function tooLarge(): LoginRefusal {
  return new LoginRefusal('ERR_IAM_BODY_SIZE', `more than ${MAX_BODY_BYTES} bytes`)
}

function aborted(cause?: unknown): LoginRefusal {
  return new LoginRefusal('ERR_IAM_BODY_ABORTED', 'the client went away', { cause })
}
