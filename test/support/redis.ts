import { join } from 'node:path'
import type { RedisCommand } from 'iam-auth-server-middleware'
import { connectRedis } from '../../packages/server-middleware/test/support/redis.js'
import type { Keeper } from './cleanup.js'
import { type Running, run } from './process.js'
import { findProgram } from './programs.js'
import { makeDirectory } from './temporary-directory.js'

export const redisPath = findProgram('redis-server', 'valkey-server')

/** A real Redis, on a socket of its own. */
export interface Redis extends Running {
  /** A connection of its own, as an instance of a service has one. */
  connect(): Promise<RedisCommand>
}

export async function startRedis(keep: Keeper): Promise<Redis> {
  if (redisPath === undefined) throw new Error('there is no Redis')
  const folder = await makeDirectory(keep)
  const socket = join(folder, 'redis.sock')
  const args = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder]
  const running = run(redisPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }, keep)
  await running.says(/ready to accept/i)
  return {
    ...running,
    async connect() {
      const { command, close } = await connectRedis(socket)
      keep(close)
      return command
    },
  }
}
