import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalAws } from 'iam-auth-local-aws'
import type { Keeper } from '../support/cleanup.js'

/** An STS, or what took its place, that answers what it is told to, byte by byte. */
export interface FakeSts {
  readonly endpoint: string
  /** Requests so far. */
  readonly asked: http.IncomingMessage[]
  /** What the next requests get; `write` has the connection itself. */
  answer(script: Script): void
}

/** What STS says of alice. */
export const ALICE = {
  Account: '123456789012',
  Arn: 'arn:aws:iam::123456789012:user/alice',
  UserId: 'AIDAAAAAAAAAAAAAAAAA',
} as const

export function answerOf(result: object, metadata: object = { RequestId: 'x' }): string {
  return JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult: result, ResponseMetadata: metadata } })
}

export type Script = string | { readonly type?: string; readonly status?: number; readonly body: string } | RawAnswer
type RawAnswer = (write: (bytes: string) => void, socket: http.IncomingMessage['socket']) => void

export async function startFakeSts(keep: Keeper): Promise<FakeSts> {
  const asked: http.IncomingMessage[] = []
  let script: Script = ''
  const server = http.createServer((req, res) => {
    asked.push(req)
    if (typeof script === 'function') {
      const { socket } = req
      script((bytes) => void socket.write(bytes), socket)
      return
    }
    const { type = 'application/json', status = 200, body } = typeof script === 'string' ? { body: script } : script
    res.writeHead(status, { 'content-type': type }).end(body)
  })
  const endpoint = await listen(server, keep)
  return {
    endpoint,
    asked,
    answer: (next) => {
      script = next
    },
  }
}

/** KMS through somebody who rewrites its answers. */
export async function startFakeKms(aws: LocalAws, rewrite: (json: string) => string, keep: Keeper): Promise<string> {
  const server = http.createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    const forwarded = http.request(
      `${aws.endpoint}${req.url}`,
      { method: 'POST', headers: req.headers },
      async (answer) => {
        let json = ''
        for await (const chunk of answer.setEncoding('utf8')) json += chunk
        const body = rewrite(json)
        res.writeHead(answer.statusCode ?? 0, { 'content-type': 'application/x-amz-json-1.1' }).end(body)
      },
    )
    forwarded.end(Buffer.concat(chunks))
  })
  return listen(server, keep)
}

async function listen(server: http.Server, keep: Keeper): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
