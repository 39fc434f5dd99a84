/**
 * A service that does on the wire what version 1's example service does, written from the wire description alone: it
 * shares no code with this repository's middleware, so that the two cannot be wrong together.
 *
 * It is as open as the original: it redirects anywhere, and a token may be used twice.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSessions } from './server/session-cookie.js'
import { createTokenLogin, type Identity, type ServiceAwsOptions } from './server/token-login.js'

/** The example's settings; `account` is the realm. */
export interface OriginalServerOptions extends ServiceAwsOptions {
  kmsKeyArn: string
  salt: string
  account: string
}

/** A login that ended in a session. */
interface OriginalLogin extends Identity {
  returnUrl: string
}

/** Listens on a free port of 127.0.0.1. Every path but `/auth` answers the caller's ARN as text, or the challenge. */
export async function startOriginalServer(options: OriginalServerOptions) {
  const sessions = createSessions()
  const tokens = createTokenLogin(options, { salt: options.salt })
  const logins: OriginalLogin[] = []

  /** Whatever goes wrong is 403: a 401 here would send the client round again. */
  async function logIn(query: URLSearchParams, reply: ServerResponse): Promise<void> {
    try {
      const returnUrl = requireParameter(query, 'return_url')
      const identity = await tokens.identify(requireParameter(query, 'token'))
      if (identity.account !== options.account) throw new Error('another account')
      logins.push({ ...identity, returnUrl })
      const cookie = `session=${sessions.format(identity.arn)}; HttpOnly; Path=/`
      reply.writeHead(302, { Location: formatLocation(returnUrl), 'Set-Cookie': cookie, 'Content-Length': 0 }).end()
    } catch {
      answer(reply, 403, 'Forbidden')
    }
  }

  function serve(request: IncomingMessage, reply: ServerResponse): void {
    const [path, query] = (request.url ?? '/').split(/\?(.*)/s)
    if (path === '/auth') return void logIn(new URLSearchParams(query), reply)
    const arn = sessions.parse(request.headers.cookie)
    if (arn === undefined) answer(reply, 401, 'Unauthorized', challengeHeaders(options))
    else answer(reply, 200, arn)
  }

  const server = http.createServer(serve)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    const closed = new Promise((done) => server.close(done))
    server.closeAllConnections()
    await closed
    tokens.close()
  }
  return { port, origin: `http://127.0.0.1:${port}`, logins: logins as readonly OriginalLogin[], close }
}

/** The context as Python's `json.dumps` writes it: a space after the colon, ASCII only. */
function challengeHeaders({ account, kmsKeyArn, salt }: OriginalServerOptions): Record<string, string> {
  const asciiSalt = JSON.stringify(salt).replace(
    /[^ -~]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return {
    'WWW-Authenticate': `IAM realm="${account}"`,
    'Iam-Auth-Kms-Key-Id': kmsKeyArn,
    'Iam-Auth-Kms-Encryption-Context': Buffer.from(`{"salt": ${asciiSalt}}`).toString('base64'),
  }
}

function requireParameter(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (value === null) throw new Error(`${name} is missing`)
  return value
}

/** Escaped to what a header may carry; a tab stays, and goes where the browser takes it. */
function formatLocation(returnUrl: string): string {
  return returnUrl.replace(/[^\t!-~]/gu, encodeURIComponent)
}

function answer(reply: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(text) }
  reply.writeHead(status, { ...headers, ...type }).end(text)
}
