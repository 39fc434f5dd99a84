import { formatHostPort } from '../config/host-port.js'
import type { Dial, DialTarget } from './dial.js'
import { UpstreamError } from './dial.js'
import { connectToHop, type HopConnectionOptions } from './hop-connection.js'
import { hopRefusal } from './hop-refusal.js'
import { readHead } from './read-head.js'
import { formatHop, type ProxyHop } from './routes.js'

export interface HttpProxyOptions extends HopConnectionOptions {
  /** Our name in Via, so that a loop over several proxies is known as one. */
  readonly pseudonym: string
}

/** Bytes of the header section of an answer to CONNECT: as much as Node's parser takes of any answer. */
const HEAD_LIMIT_BYTES = 16 * 1024

/** us → HTTP proxy → service, by CONNECT. Names are resolved at its end, so only names and literals can be checked here. */
export function createConnectDial(options: HttpProxyOptions): Dial {
  const { hop, destinationPolicy, connectTimeoutMs } = options
  return async (target) => {
    destinationPolicy.requireAllowedBehindSocks(target)
    const socket = await connectToHop(options)
    try {
      socket.allowHalfOpen = target.allowHalfOpen ?? false
      socket.write(connectRequest(target, options), 'latin1')
      const head = await readHead(socket, HEAD_LIMIT_BYTES, connectTimeoutMs)
      requireConnected(head, hop, target)
      return socket
    } catch (error) {
      socket.destroy()
      throw connectError(error as NodeJS.ErrnoException, hop, target)
    }
  }
}

/** us → HTTP proxy, for requests in absolute form. The target is checked, and named in every one of them. */
export function createAbsoluteFormDial(options: HopConnectionOptions): Dial {
  return async (target) => {
    options.destinationPolicy.requireAllowedBehindSocks(target)
    return connectToHop(options)
  }
}

/** The value of Proxy-Authorization, where the proxy has a user: RFC 7617. */
export function hopAuthorization({ user, password }: ProxyHop): string | undefined {
  if (user === undefined) return undefined
  return `Basic ${Buffer.from(`${user}:${password?.reveal() ?? ''}`).toString('base64')}`
}

function connectRequest(target: DialTarget, { hop, pseudonym }: HttpProxyOptions): string {
  const authority = formatHostPort(target)
  const authorization = hopAuthorization(hop)
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    `Via: 1.1 ${pseudonym}`,
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** RFC 9110 §9.3.6: any 2xx opens the tunnel, and what follows its header section is the service's. */
function requireConnected(head: string, hop: ProxyHop, target: DialTarget): void {
  const [statusLine = '', ...lines] = head.split('\r\n')
  const [, digits, reason = ''] = /^HTTP\/1\.[01] ([2-9]\d{2})(?: (.*))?$/.exec(statusLine) ?? []
  if (digits === undefined) {
    throw new UpstreamError('EPROXYREPLY', `What answers at ${formatHop(hop)} is not an HTTP proxy.`)
  }
  if (digits.startsWith('2')) return
  const offers = lines.flatMap((line) => /^proxy-authenticate:(.*)$/i.exec(line)?.[1] ?? [])
  throw hopRefusal(hop, { status: Number(digits), reason, offers }, formatHostPort(target))
}

/** The connection's own errors happened at the proxy, not at the service. */
function connectError(cause: NodeJS.ErrnoException, hop: ProxyHop, target: DialTarget): Error {
  if (cause instanceof UpstreamError && cause.code.startsWith('EPROXY')) return cause
  const proxy = `The upstream proxy ${formatHop(hop)}`
  if (cause.code === 'ETIMEDOUT')
    return new UpstreamError('EPROXYTIMEOUT', `${proxy} has not reached ${formatHostPort(target)} in time.`, { cause })
  return new UpstreamError('EPROXYREPLY', `${proxy} hung up when it was asked for ${formatHostPort(target)}.`, {
    cause,
  })
}
