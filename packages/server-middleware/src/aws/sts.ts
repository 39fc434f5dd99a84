import http from 'node:http'
import https from 'node:https'
import { IDENTITY_REQUEST_BODY, stsHost } from 'iam-auth-protocol'
import type { Deps, SignedIdentityRequest } from '../deps.js'
import { LoginRefusal } from '../refusal.js'
import { parseStsAnswer, type StsAnswer } from './sts-answer.js'
import { parseOverriddenStsAnswer } from './sts-xml-answer.js'

export interface StsOptions {
  /** Where to connect instead of the regional host; the Host header stays that host's, since it is signed. */
  readonly endpoint: string | undefined
  /** From the first byte out to the last byte in. @default 5000 */
  readonly timeoutMs?: number
}

const MAX_ANSWER_BYTES = 64 * 1024

/** Sends signed GetCallerIdentity requests, by node:https: `fetch` may not set Host, and no proxy or redirect has a say. */
export function createWhoAmI({ endpoint, timeoutMs = 5000 }: StsOptions): Deps['whoAmI'] {
  const override = endpoint === undefined ? undefined : new URL(endpoint)
  const { Agent, request } = override?.protocol === 'http:' ? http : https
  const agent = new Agent({ keepAlive: true })
  const parse = override === undefined ? parseStsAnswer : parseOverriddenStsAnswer

  const send = (signed: SignedIdentityRequest, signal: AbortSignal, isRetry = false): Promise<StsAnswer> =>
    new Promise((resolve, reject) => {
      const url = override ?? new URL(`https://${stsHost(signed.region)}/`)
      const hostname = url.hostname.replace(/^\[|\]$/g, '')
      const outgoing = request(
        {
          agent,
          signal,
          method: 'POST',
          hostname,
          port: url.port,
          path: '/',
          // Node would take it from the Host header, which is not where an endpoint override goes.
          ...(url.protocol === 'https:' && !/^[\d.]+$|:/.test(hostname) ? { servername: hostname } : {}),
          headers: Object.fromEntries(signed.headers),
        },
        (answer) => collect(answer).then(resolve, reject),
      )
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = outgoing.reusedSocket && error.code === 'ECONNRESET' && !isRetry
        if (isStale) send(signed, signal, true).then(resolve, reject)
        else reject(unavailable(error))
      })
      outgoing.end(IDENTITY_REQUEST_BODY)
    })

  return async (signed) => parse(await send(signed, AbortSignal.timeout(timeoutMs)))
}

async function collect(answer: http.IncomingMessage): Promise<StsAnswer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > MAX_ANSWER_BYTES) break // which destroys the connection
      chunks.push(chunk)
    }
  } catch (cause) {
    throw unavailable(cause)
  }
  const contentType = answer.headers['content-type'] ?? ''
  const isWhole = length <= MAX_ANSWER_BYTES
  return { status: answer.statusCode ?? 0, contentType, body: isWhole ? Buffer.concat(chunks) : undefined }
}

function unavailable(cause: unknown): LoginRefusal {
  return new LoginRefusal('ERR_IAM_STS_UNAVAILABLE', 'STS is out of reach', { cause })
}
