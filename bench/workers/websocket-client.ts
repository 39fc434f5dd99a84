import { createAnswerReader } from './answer-reader.js'
import { dial } from './dial.js'
import type { Client } from './http-client.js'
import type { LoadQuestion } from './load-question.js'
import { CLIENT_FRAME, SERVER_FRAME } from './websocket-frames.js'

/** The key of RFC 6455's own example, section 1.3. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/** A WebSocket: `perform` sends a message of 64 bytes and waits for one of the same size. */
export async function openWebSocketClient(question: LoadQuestion): Promise<Client> {
  const { host, proxyPort, tunnel, path } = question
  const reader = createAnswerReader()
  const socket = await dial(question, reader)
  const target = proxyPort === undefined || tunnel ? path : `http://${host}${path}`
  const upgrade = reader.next('head')
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
  )
  const { status } = await upgrade
  if (status !== 101) throw new Error(`the upgrade gave ${status}`)
  return {
    async perform() {
      const answer = reader.next(SERVER_FRAME.length)
      socket.write(CLIENT_FRAME)
      await answer
    },
    close: () => void socket.destroy(),
  }
}
