import type { Socket } from 'node:net'
import { connectionOf } from './connection.js'
import type { ProxyContext } from './context.js'
import { endWithRefusal, Refusal } from './refusal.js'

/** client → us: bytes that are no HTTP request (or none in time). What was begun for this client ends with it. */
export function answerClientError(context: ProxyContext, error: NodeJS.ErrnoException, socket: Socket): void {
  socket.on('error', () => {})
  const refusal = refusalOf(error)
  const { exchanges, isDistrusted, isPastParser } = connectionOf(context, socket)
  // A client that is done sending, and the parser, which has not seen that.
  if (refusal && isPastParser) return
  const hasAnswerBegun = [...exchanges].some(({ response }) => response.headersSent)
  if (!refusal || !socket.writable || hasAnswerBegun) socket.destroy()
  // The refusal of the request's headers is the answer already.
  else if (isDistrusted) socket.end(() => socket.destroy())
  else endWithRefusal(socket, refusal)
}

/** Nothing for a connection that is simply gone. */
function refusalOf({ code = '', message }: NodeJS.ErrnoException): Refusal | undefined {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Refusal(431, 'the request has more than 16 KiB of headers: too many cookies?')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return new Refusal(413, 'the chunk extensions of the body are too long')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal(408, 'the request headers took too long')
  if (!code.startsWith('HPE_')) return undefined
  const advice = code === 'HPE_INVALID_URL' ? { hint: ASCII_ONLY } : {}
  return new Refusal(
    400,
    `this is not a valid HTTP request (${message.replace(/^Parse Error: /, '')})`,
    undefined,
    [],
    advice,
  )
}

const ASCII_ONLY = 'Letters beyond ASCII are written like xn--bcher-kva.example in a host, and like %C3%BC in a path.'
