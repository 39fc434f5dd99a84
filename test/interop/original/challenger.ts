/** Somebody else's service: the header lines of its 401, and what the original client makes of them. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { browse, type Hop } from './browser.js'
import type { AwsCalls, AwsOptions } from './client/session-token.js'
import { startOriginalClient } from './original-client.js'

export type HeaderLine = [name: string, value: string]

/** What the original client answers to a service whose 401 has these lines, and the AWS calls it made meanwhile. */
export async function challengeClient(
  options: AwsOptions,
  lines: HeaderLine[],
): Promise<{ hop: Hop; calls: AwsCalls }> {
  const client = await startOriginalClient(options)
  const challenger = await startChallenger(lines)
  try {
    const [hop] = await browse(challenger.url, { proxyPort: client.port, maxRedirects: 0 })
    return { hop: hop as Hop, calls: client.stats.calls }
  } finally {
    await Promise.all([client.close(), challenger.close()])
  }
}

async function startChallenger(lines: HeaderLine[]) {
  const server = http.createServer((_, reply) => reply.writeHead(401, lines.flat()).end('go away'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}

export const rawContext = (text: string): HeaderLine => ['Iam-Auth-Kms-Encryption-Context', text]
export const context = (json: string) => rawContext(Buffer.from(json).toString('base64'))
/** `{"salt": "pepper"}`, as Python spaces it. */
export const salt = rawContext('eyJzYWx0IjogInBlcHBlciJ9')

export const noCall: AwsCalls = { GetCallerIdentity: 0, GetSessionToken: 0, Encrypt: 0 }
export const oneOfEach: AwsCalls = { GetCallerIdentity: 1, GetSessionToken: 1, Encrypt: 1 }
