import net, { type Socket } from 'node:net'
import type { Keeper } from './cleanup.js'
import { run } from './process.js'

/** Connections that a listener of backlog 1 takes without anybody accepting them: one more than that, on Linux. */
const QUEUED = 2

/** Listens, says so, and then does nothing else for a while: no event loop turns, so nobody accepts. */
const SLEEPER = `
const [host, port, ms] = process.argv.slice(1)
require('node:net').createServer((socket) => socket.on('error', () => {}).end('late')).listen({ host, port, backlog: 1 }, () => {
  require('node:fs').writeSync(1, 'full soon\\n')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms))
})`

/**
 * An address that swallows what is sent to it, as behind a broken route: its queue is full, and Linux drops what else knocks.
 *
 * @param awakeAfterMs when it begins to accept what is waiting; a client's next SYN comes a second after its first. @default never
 */
export async function startBlackHole(
  { host, port, awakeAfterMs = 600_000 }: { host: string; port: number; awakeAfterMs?: number },
  keep: Keeper,
): Promise<void> {
  const args = ['-e', SLEEPER, host, String(port), String(awakeAfterMs)]
  const child = run(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }, keep)
  await child.says(/full soon/)
  const waiting: Socket[] = []
  keep(() => {
    for (const socket of waiting) socket.destroy()
  })
  for (let i = 0; i < QUEUED; i += 1) {
    const socket = net.connect(port, host).on('error', () => {})
    waiting.push(socket)
    await new Promise((resolve) => socket.once('connect', resolve))
  }
}
