import type net from 'node:net'

/** A slow answer comes in so many parts. */
const PARTS = 20
/** ms between them: a second altogether. */
const PAUSE_MS = 50

/** So many bytes, a part at a time. */
export function trickle(socket: net.Socket, size: number): void {
  socket.write(head(size))
  let left = size
  const timer = setInterval(() => {
    const part = Math.min(left, Math.ceil(size / PARTS))
    left -= part
    if (!socket.destroyed && part > 0) socket.write(Buffer.alloc(part, 'x'))
    if (socket.destroyed || left === 0) clearInterval(timer)
  }, PAUSE_MS)
}

/** Half of what the head promises, then a reset. */
export function cutOff(socket: net.Socket, size: number): void {
  socket.write(head(size))
  socket.write(Buffer.alloc(Math.floor(size / 2), 'x'), () => socket.resetAndDestroy())
}

function head(size: number): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${size}\r\n\r\n`
}
