import net from 'node:net'
import type { Running } from './process.js'
import { until } from './until.js'

/** A port that nobody listens on now: for programs that do not tell which one they pick. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Waits until this program, which does not tell, listens there. Throws what it says where it ends instead. */
export async function untilListening(port: number, program: Running): Promise<void> {
  let isOpen = false
  let hasEnded = false
  void program.ended.then(() => {
    hasEnded = true
  })
  let attempt: net.Socket | undefined
  await until(`something listens on ${port}`, () => {
    if (hasEnded) throw new Error(`it ended: ${program.output()}`)
    if (attempt === undefined || attempt.destroyed) {
      attempt = net.connect(port, '127.0.0.1', () => {
        isOpen = true
      })
      attempt.on('error', () => undefined)
    }
    return isOpen
  })
  attempt?.destroy()
}
