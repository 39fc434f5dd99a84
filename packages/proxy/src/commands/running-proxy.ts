import { type IncomingMessage, request } from 'node:http'
import { ConfigError, type Env, type HostPort, type ProxyConfig, type ProxyFlags } from '../config/config.js'
import { formatHostPort, parseHostPort } from '../config/host-port.js'
import { DEFAULT_BIND, parseProxyAuth } from '../config/resolve.js'
import { readSecretFile } from '../config/secret-file.js'
import type { Status } from '../own/status/status.js'
import { CommandFailure } from './failure.js'

/** How a command line says which proxy it means: `--proxy`, else where `--bind` would have one listen. */
export type RunningProxyFlags = Pick<ProxyFlags, 'bind' | 'proxyAuthFile'> & { readonly proxy?: string }

/** A proxy that somebody has started, and what it wants of us. */
export interface ProxyToAsk {
  readonly address: HostPort
  readonly auth: ProxyConfig['proxyAuth']
}

/** @throws ConfigError where the flags cannot be used */
export function findRunningProxy(flags: RunningProxyFlags, env: Env): ProxyToAsk {
  const checked = <T>(what: string, parse: () => T): T => {
    try {
      return parse()
    } catch (error) {
      throw new ConfigError([`${what}: ${(error as Error).message}`])
    }
  }
  const text = flags.proxy ?? flags.bind
  const address = text === undefined ? DEFAULT_BIND : checked('--proxy', () => parseHostPort(text))
  const auth = checked('--proxy-auth-file', () => parseProxyAuth(flags, env, readSecretFile))
  return { address: reachable(address), auth }
}

/** Who listens everywhere is reached on loopback. */
function reachable({ host, port }: HostPort): HostPort {
  return { host: host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host, port }
}

const TIMEOUT_MS = 5_000
const MAX_BYTES = 4 * 1024 * 1024

/** What the proxy says of itself. Rejects with a CommandFailure that says what to do: `isMissing` where nobody listens. */
export async function askStatus({ address, auth }: ProxyToAsk): Promise<Status> {
  const at = formatHostPort(address)
  const headers = auth === undefined ? {} : { authorization: `Basic ${basic(auth)}` }
  const { status, body } = await get(address, headers).catch((cause: NodeJS.ErrnoException) => {
    throw new NoProxyAnswers(at, cause)
  })
  if (status === 401) {
    throw new CommandFailure(`the proxy at ${at} wants its user and password: --proxy-auth-file FILE`)
  }
  const said = status === 200 ? parseStatus(body) : undefined
  if (said !== undefined) return said
  const refusal = /^iam-auth-proxy: (.+)$/m.exec(body)?.[1]
  if (refusal !== undefined) throw new CommandFailure(`the proxy at ${at} refuses: ${refusal}`)
  throw new CommandFailure(`what listens at ${at} is no iam-auth-proxy that tells its status: --proxy HOST:PORT`)
}

/** Nobody listens there, or nobody who answers. */
export class NoProxyAnswers extends CommandFailure {
  constructor(at: string, cause: NodeJS.ErrnoException) {
    const why = cause.code === 'ECONNREFUSED' ? '' : ` (${cause.code ?? cause.message})`
    super(`no proxy answers at ${at}${why}. Start one with\niam-auth-proxy\nor say where it is: --proxy HOST:PORT`, {
      cause,
    })
  }
}

function get({ host, port }: HostPort, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host, port, path: '/status.json', headers, agent: false, timeout: TIMEOUT_MS },
      (answer) => {
        readBody(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject)
      },
    )
    asked.once('timeout', () => asked.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })))
    asked.once('error', reject)
    asked.end()
  })
}

async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    length += (chunk as Buffer).length
    if (length > MAX_BYTES) break
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseStatus(body: string): Status | undefined {
  try {
    const status = JSON.parse(body) as Partial<Status> | null
    return typeof status?.version === 'string' && Array.isArray(status.services) ? (status as Status) : undefined
  } catch {
    return undefined
  }
}

function basic({ username, password }: NonNullable<ProxyConfig['proxyAuth']>): string {
  return Buffer.from(`${username}:${password.reveal()}`).toString('base64')
}
