import { request } from 'node:http'
import { KMSClient } from '@aws-sdk/client-kms'
import { STSClient } from '@aws-sdk/client-sts'
import type { LocalAws } from '../../src/index.js'
import type { Keys } from './clients.js'

/** A request that the official SDK signed and nobody has sent yet. */
export interface SignedRequest {
  method: string
  /** Path and query. */
  target: string
  headers: Record<string, string | string[]>
  body: string | Buffer
}

export interface SigningOptions {
  readonly credentials: Keys
  readonly region?: string
  /** What the Host says. @default the endpoint of the embedded AWS */
  readonly endpoint?: string
  /** When it is signed: milliseconds. @default now */
  readonly at?: number
  /** Headers that are there when the SDK signs. */
  readonly headers?: Record<string, string>
  readonly query?: Record<string, string>
}

/** Lets the SDK sign a command of STS or KMS. */
export async function sign(
  aws: LocalAws,
  service: 'sts' | 'kms',
  command: unknown,
  options: SigningOptions,
): Promise<SignedRequest> {
  let captured: SignedRequest | undefined
  const { endpoint = aws.endpoint, region = aws.region, credentials, at, headers = {}, query = {} } = options
  const config = {
    endpoint,
    region,
    credentials,
    maxAttempts: 1,
    systemClockOffset: at === undefined ? 0 : at - Date.now(),
    requestHandler: {
      handle: async (sent: Sent) => {
        captured = toSigned(sent)
        throw new Error('captured')
      },
    },
  }
  const client = (service === 'sts'
    ? new STSClient(config as never)
    : new KMSClient(config as never)) as unknown as Client
  client.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request.headers, headers)
      args.request.query = { ...args.request.query, ...query }
      return next(args)
    },
    { step: 'build' },
  )
  await client.send(command).catch(() => {})
  if (!captured) throw new Error('the SDK sent nothing')
  return captured
}

/** What both clients have, without their command types. */
interface Client {
  send(command: unknown): Promise<unknown>
  middlewareStack: { add(middleware: (next: Next) => Next, options: { step: 'build' }): void }
}

type Next = (args: { request: Sent }) => unknown

interface Sent {
  method: string
  path: string
  query?: Record<string, string>
  headers: Record<string, string>
  body: string | Uint8Array
}

function toSigned(sent: Sent): SignedRequest {
  const query = new URLSearchParams(sent.query ?? {}).toString()
  return {
    method: sent.method,
    target: sent.path + (query === '' ? '' : `?${query}`),
    headers: { ...sent.headers },
    body: typeof sent.body === 'string' ? sent.body : Buffer.from(sent.body),
  }
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

/** Sends a request as it is, whatever Host it names, to the embedded AWS. */
export function send(aws: LocalAws, signed: SignedRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { method, target, headers, body } = signed
    const outgoing = request(
      { host: '127.0.0.1', port: aws.port, method, path: target, headers, setHost: false },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** AWS's code in an answer of either protocol; `ok` if it is none. */
export function codeOf({ status, body }: RawAnswer): string {
  if (status < 300) return 'ok'
  return /<Code>([^<]*)/.exec(body)?.[1] ?? /"(?:__type|Code)":"([^"]*)/.exec(body)?.[1] ?? `HTTP ${status}`
}
