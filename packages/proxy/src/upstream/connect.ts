import net, { type NetConnectOpts, type Socket } from 'node:net'
import { untilReady } from './until-ready.js'

/**
 * A TCP connection to whichever address of a name answers first to its turn: Node gives each but the last 250 ms, and then does not go back.
 * Where that left none (a far host on a line without IPv6: its one good address was cut short, the other is no way at all), each
 * gets its time. Rejects as `untilReady` does.
 */
export async function connect(options: NetConnectOpts, timeoutMs: number): Promise<Socket> {
  try {
    return await connectOnce(options, timeoutMs)
  } catch (error) {
    if (!wasCutShort(error as Error)) throw error
    return connectOnce({ ...options, autoSelectFamilyAttemptTimeout: timeoutMs }, timeoutMs)
  }
}

async function connectOnce(options: NetConnectOpts, timeoutMs: number): Promise<Socket> {
  const socket = net.connect({ noDelay: true, autoSelectFamily: true, ...options })
  await untilReady(socket, 'connect', timeoutMs)
  return socket
}

/** Some address had no time left, and no other answered. */
function wasCutShort(error: Error): boolean {
  return error instanceof AggregateError && error.errors.some(({ code }) => code === 'ETIMEDOUT')
}
