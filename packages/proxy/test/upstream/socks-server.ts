import type { Socket } from 'node:net'
import net from 'node:net'
import { listenAsOrigin } from '../server/rig.js'

export interface SocksServerOptions {
  readonly user?: string
  readonly password?: string
  /** Names and literals asked for are dialled here instead. */
  readonly resolve?: (host: string) => string
  /** Answered instead of a connection. */
  readonly reply?: number
  /** What it says to the greeting, instead of SOCKS. */
  readonly greeting?: Buffer
  /** One byte a packet, to see who reads exactly. */
  readonly isSlow?: boolean
}

/** A small SOCKS5 server (RFC 1928, RFC 1929) that notes what it was asked for. */
export async function startSocksServer(options: SocksServerOptions = {}) {
  const asked: string[] = []
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    serve(socket, options, asked).catch(() => socket.destroy())
  })
  return { ...(await listenAsOrigin(server)), asked }
}

async function serve(socket: Socket, options: SocksServerOptions, asked: string[]): Promise<void> {
  const write = (bytes: Buffer) => (options.isSlow ? writeSlowly(socket, bytes) : void socket.write(bytes))
  const methods = await read(socket, (await read(socket, 2))[1] ?? 0)
  if (options.greeting) return void socket.end(options.greeting)
  const wanted = options.user === undefined ? 0 : 2
  if (!methods.includes(wanted)) return void socket.end(Buffer.from([5, 0xff]))
  await write(Buffer.from([5, wanted]))
  if (wanted === 2 && !(await isUser(socket, options, write))) return void socket.end()
  const kind = (await read(socket, 4))[3]
  const host = await readHost(socket, kind)
  const port = (await read(socket, 2)).readUInt16BE()
  asked.push(`${host}:${port}`)
  if (options.reply) return void socket.end(Buffer.from([5, options.reply, 0, 1, 0, 0, 0, 0, 0, 0]))
  await connect(socket, options.resolve?.(host) ?? host, port, write)
}

async function isUser(
  socket: Socket,
  options: SocksServerOptions,
  write: (bytes: Buffer) => unknown,
): Promise<boolean> {
  const user = String(await read(socket, (await read(socket, 2))[1] ?? 0))
  const password = String(await read(socket, (await read(socket, 1))[0] ?? 0))
  const isRight = user === options.user && password === options.password
  await write(Buffer.from([1, isRight ? 0 : 1]))
  return isRight
}

async function readHost(socket: Socket, kind: number | undefined): Promise<string> {
  if (kind === 1) return [...(await read(socket, 4))].join('.')
  if (kind === 4) return ((await read(socket, 16)).toString('hex').match(/.{4}/g) ?? []).join(':')
  return String(await read(socket, (await read(socket, 1))[0] ?? 0))
}

async function connect(socket: Socket, host: string, port: number, write: (bytes: Buffer) => unknown): Promise<void> {
  const upstream = net.connect({ host, port, allowHalfOpen: true })
  const isConnected = await new Promise<boolean>((resolve) => {
    upstream.once('connect', () => resolve(true))
    upstream.once('error', () => resolve(false))
  })
  if (!isConnected) return void socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]))
  upstream.on('error', () => socket.resetAndDestroy())
  socket.on('error', () => upstream.resetAndDestroy())
  socket.on('close', () => upstream.destroy())
  await write(Buffer.from([5, 0, 0, 3, 4, ...Buffer.from('host'), 1, 2]))
  socket.pipe(upstream)
  upstream.pipe(socket)
}

async function writeSlowly(socket: Socket, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    socket.write(Buffer.from([byte]))
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

async function read(socket: Socket, size: number): Promise<Buffer> {
  if (size === 0) return Buffer.alloc(0)
  for (;;) {
    const bytes: Buffer | null = socket.read(size)
    if (bytes) return bytes
    if (socket.readableEnded) throw new Error('ended')
    await new Promise((resolve) => {
      socket.once('readable', resolve)
      socket.once('close', resolve)
    })
  }
}
