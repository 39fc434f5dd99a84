import type { Socket } from 'node:net'
import type { UpstreamAnswer } from '../upstream/message.js'
import type { Exchange } from './exchange.js'
import { finishExchange, headersForClient } from './exchange.js'
import { failExchange } from './fail.js'
import { Refusal } from './refusal.js'
import { formatResponseHeaders } from './response-headers.js'
import { splice } from './splice.js'

/** service → us → client: 101, and from here on bytes. Uninvited, it is an answer we cannot use. */
export function switchProtocols(exchange: Exchange, answer: UpstreamAnswer, upstream: Socket, head: Buffer): void {
  const { context, response, upgrade } = exchange
  upstream.on('error', () => {})
  const lines = upgrade && format101(exchange, answer)
  if (!lines) {
    upstream.destroy()
    failExchange(exchange, new Refusal(502, 'the service changed the protocol unasked', 'http_protocol_error'))
    return
  }
  const client = upgrade.socket
  response.detachSocket(client)
  client.write(lines, 'latin1')
  if (head.length > 0) client.write(head)
  for (const bytes of upgrade.earlyBytes()) upstream.write(bytes)
  finishExchange(exchange)
  splice(context, client, upstream)
}

function format101(exchange: Exchange, answer: UpstreamAnswer): string | undefined {
  const { context, setCookieLines } = exchange
  try {
    const framing = { pseudonym: context.pseudonym, setCookieLines, defaultHeaders: [], canChunk: false }
    const relayed = headersForClient(exchange, formatResponseHeaders(answer, framing).headers)
    const headers = [...relayed, 'Connection', 'Upgrade', 'Upgrade', answer.upgrade ?? '']
    let lines = `HTTP/1.1 101 ${answer.statusMessage}\r\n`
    for (let i = 0; i < headers.length; i += 2) lines += `${headers[i]}: ${headers[i + 1]}\r\n`
    return `${lines}\r\n`
  } catch (error) {
    failExchange(exchange, error as Error)
    return undefined
  }
}
