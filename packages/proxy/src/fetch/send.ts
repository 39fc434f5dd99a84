import type { OriginRequest, SendToOrigin } from '../login/exchange.js'
import { rawHeadersOf } from './raw-headers.js'

const BODY_LIMIT_BYTES = 64 * 1024

/** The login layer's own requests, over the same fetch as the program's. */
export function createSendByFetch(fetch: (url: string, init: RequestInit) => Promise<Response>): SendToOrigin {
  return async (request) => {
    const { origin, path, method, body, signal } = request
    const headers = headersOf(request)
    const init = { method, headers, redirect: 'manual', signal, ...(body !== undefined && { body }) } as const
    const response = await fetch(origin + path, init)
    return { status: response.status, rawHeaders: rawHeadersOf(response.headers), body: await readStart(response) }
  }
}

/** Without Host: it is the URL's, and fetch sets it. */
function headersOf({ rawHeaders }: OriginRequest): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.toLowerCase() !== 'host') pairs.push([name, rawHeaders[index + 1] ?? ''])
  }
  return pairs
}

async function readStart({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early cancels the body.
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > BODY_LIMIT_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, BODY_LIMIT_BYTES).toString()
}
