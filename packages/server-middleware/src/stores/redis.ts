import type { Store } from './store.js'

/**
 * Sends one Redis command and gives its reply. It is all this store wants of a client:
 * `(args) => client.sendCommand(args)` with node-redis, `([name, ...args]) => client.call(name, ...args)` with ioredis.
 */
export type RedisCommand = (args: [command: string, ...args: string[]]) => Promise<unknown>

export interface RedisStoreOptions {
  /** Before every key. @default 'iam-auth:' */
  readonly prefix?: string
  /** ms since 1970. @default Date.now */
  readonly now?: () => number
}

/** A store on Redis or Valkey, for a service of several instances: `SET key 1 NX EX seconds`, and `EXISTS key`. */
export function redisStore(command: RedisCommand, options: RedisStoreOptions = {}): Store {
  const { prefix = 'iam-auth:', now = Date.now } = options
  return {
    async consume(id, untilSeconds) {
      const seconds = Math.max(1, Math.ceil(untilSeconds - now() / 1000))
      const reply = await command(['SET', prefix + id, '1', 'NX', 'EX', String(seconds)])
      return reply !== null // `OK`, or nil where the key was there
    },
    async used(id) {
      return Number(await command(['EXISTS', prefix + id])) > 0
    },
  }
}
