import type { Socket } from 'node:net'
import { UpstreamError } from './dial.js'

/**
 * Waits for `event` on a socket that is being opened. Rejects, and destroys the socket, on an error, an end or a
 * close, and with ETIMEDOUT after `timeoutMs`. A warm connection never carries this timer.
 */
export function untilReady(socket: Socket, event: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => onError(new UpstreamError('ETIMEDOUT', 'no connection in time')), timeoutMs)
    const onReady = () => {
      settle()
      resolve()
    }
    const onError = (error: Error) => {
      settle()
      socket.on('error', () => {})
      socket.destroy()
      reject(error)
    }
    const onClose = () => onError(new UpstreamError('ECONNRESET', 'closed while connecting'))
    const settle = () => {
      clearTimeout(timer)
      socket.removeListener(event, onReady)
      socket.removeListener('error', onError)
      socket.removeListener('end', onClose)
      socket.removeListener('close', onClose)
    }
    socket.once(event, onReady)
    socket.once('error', onError)
    socket.once('end', onClose)
    socket.once('close', onClose)
    // With the last bytes its end may have come, too, and gone by before anybody waited again.
    if (socket.readableEnded) onClose()
  })
}
