import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryStore, redisStore, type Store } from '../../src/index.js'
import { connectRedis, type RedisConnection } from '../support/redis.js'

/** What a store must do, whatever it is made of. */
function describeStore(name: string, make: () => Store): void {
  describe(`${name}: a store`, () => {
    let store: Store
    let until: number
    beforeEach(() => {
      store = make()
      until = Math.floor(Date.now() / 1000) + 120
    })

    it('gives an id out once', async () => {
      expect(await store.used('once')).toBe(false)
      expect(await store.consume('once', until)).toBe(true)
      expect(await store.consume('once', until)).toBe(false)
      expect(await store.used('once')).toBe(true)
    })

    it('gives it to one of fifty who ask at the same time', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, async () => store.consume('race', until)))
      expect(answers.filter((answer) => answer)).toHaveLength(1)
    })

    it('tells ids apart', async () => {
      expect(await store.consume('a:b', until)).toBe(true)
      expect(await store.used('a')).toBe(false)
      expect(await store.consume('A:b', until)).toBe(true)
      expect(await store.consume('http://x:1 \u00e9', until)).toBe(true)
      expect(await store.consume('http://x:1 \u00e9', until)).toBe(false)
    })
  })
}

describeStore('memory', () => memoryStore())

describe('memory', () => {
  it('forgets an id when its time has come, and not before', () => {
    let ms = 1_000_000
    const store = memoryStore({ now: () => ms })
    expect(store.consume('x', 1120)).toBe(true)
    ms = 1_119_999
    expect([store.used('x'), store.consume('x', 1200)]).toEqual([true, false])
    ms = 1_120_000
    expect([store.used('x'), store.consume('x', 1300), store.used('x')]).toEqual([false, true, true])
  })

  it('does not grow without bounds: when full of what must be remembered, it fails', () => {
    let ms = 0
    const store = memoryStore({ now: () => ms, maxEntries: 3 })
    for (const id of ['a', 'b', 'c']) expect(store.consume(id, 100)).toBe(true)
    expect(() => store.consume('d', 100)).toThrow('3 entries')
    expect(store.used('a')).toBe(true)
    ms = 100_000
    expect(store.consume('d', 200)).toBe(true)
  })

  it('that is full of one kind of ids takes others', () => {
    const store = memoryStore({ now: () => 0, maxEntries: 2 })
    for (const id of ['session:a', 'session:b']) expect(store.consume(id, 100)).toBe(true)
    expect(() => store.consume('session:c', 100)).toThrow('2 entries')
    expect([store.consume('challenge:a', 100), store.used('challenge:a'), store.used('session:a')]).toEqual([
      true,
      true,
      true,
    ])
  })

  it('that is full looks for room once a second, not each time it is asked', () => {
    let ms = 0
    const store = memoryStore({ now: () => ms, maxEntries: 2 })
    store.consume('a', 100)
    store.consume('b', 100.5)
    ms = 100_000
    expect(store.consume('c', 300)).toBe(true)
    ms = 100_600
    expect(() => store.consume('d', 300)).toThrow('2 entries')
    ms = 101_000
    expect(store.consume('d', 300)).toBe(true)
  })
})

const redisServer = findRedisServer()
if (redisServer === undefined) process.stderr.write('SKIPPED: no redis-server here, so the Redis store is not tested\n')

describe.skipIf(redisServer === undefined)('on a real server', () => {
  let folder: string
  let stop: () => Promise<void>
  let redis: RedisConnection
  let number = 0

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'iam-auth-redis-'))
    const socket = join(folder, 'redis.sock')
    const args = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder]
    const server = spawn(redisServer ?? '', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    stop = () => {
      const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()))
      server.kill()
      return gone
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.stdout.on('data', (chunk) => String(chunk).includes('eady to accept') && resolve())
    })
    redis = await connectRedis(socket)
  })
  afterAll(async () => {
    redis.close()
    await stop()
    await rm(folder, { recursive: true })
  })

  describeStore('redis', () => redisStore(redis.command, { prefix: `test${number++}:` }))

  it('redis: an id is forgotten when its time has come', async () => {
    const nowSeconds = 1_000_000
    const store = redisStore(redis.command, { prefix: 'ttl:', now: () => nowSeconds * 1000 })
    await store.consume('a', nowSeconds + 120)
    await store.consume('b', nowSeconds + 0.5)
    await store.consume('c', nowSeconds - 5)
    const left = await Promise.all(['a', 'b', 'c'].map((id) => redis.command(['TTL', `ttl:${id}`])))
    expect(left).toEqual([120, 1, 1])
  })

  it('redis: an error of the server is not an answer', async () => {
    const store = redisStore((args) => redis.command(['NOSUCH', ...args.slice(1)]))
    await expect(store.consume('x', 1)).rejects.toThrow('unknown command')
    await expect(store.used('x')).rejects.toThrow('unknown command')
  })
})

function findRedisServer(): string | undefined {
  for (const name of ['redis-server', 'valkey-server']) {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' })
      return name
    } catch {
      // not installed: the next one
    }
  }
  return undefined
}
