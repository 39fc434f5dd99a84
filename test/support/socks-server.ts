import net from 'node:net'
import type { Keeper } from './cleanup.js'

/** A SOCKS5 server with a name table of its own, so that any name can be a service of the test. */
export interface SocksServer {
  readonly port: number
  /** `wiki.example.test:80` is from now on this port of loopback. */
  map(authority: string, port: number): void
  /** Every authority it was asked for. */
  readonly asked: string[]
}

export async function startSocksServer(keep: Keeper): Promise<SocksServer> {
  const ports = new Map<string, number>()
  const asked: string[] = []
  const open = new Set<net.Socket>()
  const server = net.createServer((client) => {
    open.add(client.on('close', () => open.delete(client)))
    client.on('error', () => client.destroy())
    void serve(client, (authority) => {
      asked.push(authority)
      return ports.get(authority) ?? loopbackPort(authority)
    }).catch(() => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as net.AddressInfo
  return { port, asked, map: (authority, to) => void ports.set(authority, to) }
}

const NO_AUTHENTICATION = Buffer.from([5, 0])
const GRANTED = Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
const HOST_UNREACHABLE = Buffer.from([5, 4, 0, 1, 0, 0, 0, 0, 0, 0])

async function serve(client: net.Socket, portOf: (authority: string) => number | undefined): Promise<void> {
  const [, methods = 0] = await take(client, 2)
  await take(client, methods)
  client.write(NO_AUTHENTICATION)
  const [, , , kind] = await take(client, 4)
  const host = await readHost(client, kind)
  const port = portOf(`${host}:${(await take(client, 2)).readUInt16BE()}`)
  if (port === undefined) {
    client.end(HOST_UNREACHABLE)
    return
  }
  const service = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  service.on('error', () => client.destroy())
  client.on('close', () => service.destroy())
  client.write(GRANTED)
  client.pipe(service).pipe(client)
}

async function readHost(client: net.Socket, kind: number | undefined): Promise<string> {
  if (kind === 1) return (await take(client, 4)).join('.')
  if (kind === 4)
    return new URL(`http://[${(await take(client, 16)).toString('hex').match(/.{4}/g)?.join(':')}]`).hostname
  const [length = 0] = await take(client, 1)
  return (await take(client, length)).toString('latin1')
}

function loopbackPort(authority: string): number | undefined {
  const [, port] = /^(?:localhost|127\.0\.0\.1):(\d+)$/.exec(authority) ?? []
  return port === undefined ? undefined : Number(port)
}

async function take(socket: net.Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes = count === 0 ? Buffer.alloc(0) : (socket.read(count) as Buffer | null)
    if (bytes?.length === count) return bytes
    if (socket.readableEnded || socket.destroyed) throw new Error('the client is gone')
    await new Promise<void>((resolve) => {
      const wake = () => {
        socket.off('readable', wake).off('close', wake)
        resolve()
      }
      socket.once('readable', wake).once('close', wake)
    })
  }
}
