import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** ms after which silence is an error. */
const PATIENCE_MS = 30_000
/** Bytes, and ms between two parts of them. */
const SLOW = { read: 4_000_000, write: 100_000, part: 5000, pauseMs: 20 }

/** Asks for 10 MB and is gone once it has the first of them. In a tunnel, if so wanted. */
export async function abort(proxyPort: number, host: string, isTunnel = false): Promise<void> {
  const socket = await open(proxyPort)
  try {
    if (isTunnel) {
      socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
      await expectOk(socket)
    }
    socket.write(`GET ${isTunnel ? '' : `http://${host}`}/bytes/10000000 HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await expectOk(socket)
  } finally {
    socket.resetAndDestroy()
  }
}

/** Takes 4 MB, a read every 20 ms. */
export async function readSlowly(proxyPort: number, host: string): Promise<void> {
  const socket = await open(proxyPort)
  socket.write(`GET http://${host}/bytes/${SLOW.read} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  const { body, wasReset } = await readAll(socket, SLOW.pauseMs)
  if (wasReset || body !== SLOW.read) throw new Error(`${body} bytes of ${SLOW.read}`)
}

/** Sends 100 kB, a part every 20 ms. */
export async function sendSlowly(proxyPort: number, host: string): Promise<void> {
  const socket = await open(proxyPort)
  const fields = `Host: ${host}\r\nContent-Length: ${SLOW.write}\r\nConnection: close`
  socket.write(`POST http://${host}/count HTTP/1.1\r\n${fields}\r\n\r\n`)
  for (let sent = 0; sent < SLOW.write; sent += SLOW.part) {
    socket.write(Buffer.alloc(SLOW.part, 'x'))
    await pause(SLOW.pauseMs)
  }
  const { text } = await readAll(socket)
  if (!text.endsWith(`\r\n\r\n${SLOW.write}`)) throw new Error(`the service did not get it: ${text.slice(0, 200)}`)
}

/** An answer that its service cuts must not look whole. */
export async function readOneCut(proxyPort: number, host: string): Promise<void> {
  const size = 100_000
  const socket = await open(proxyPort)
  socket.write(`GET http://${host}/cut/${size} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  const { body, text } = await readAll(socket)
  const isTold = text.startsWith('HTTP/1.1 502 ')
  if (!isTold && (!text.startsWith('HTTP/1.1 200 ') || body >= size))
    throw new Error(`${body} bytes: ${text.slice(0, 200)}`)
}

async function open(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => undefined)
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  await Promise.race([
    once(socket, 'connect'),
    once(socket, 'close').then(() => Promise.reject(new Error('no connection'))),
  ])
  return socket
}

async function expectOk(socket: net.Socket): Promise<void> {
  const [bytes] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [Buffer | boolean]
  if (typeof bytes === 'boolean') throw new Error('the connection ended')
  const start = bytes.toString('latin1', 0, 200)
  if (!start.startsWith('HTTP/1.1 200 ')) throw new Error(start)
}

/** What came until the end: the first kilobyte as text, and how many bytes the body had. */
async function readAll(socket: net.Socket, pauseMs = 0): Promise<{ body: number; text: string; wasReset: boolean }> {
  let text = ''
  let total = 0
  let wasReset = false
  socket.once('error', () => {
    wasReset = true
  })
  socket.on('data', (bytes) => {
    total += bytes.length
    if (text.length < 1024) text += bytes.toString('latin1', 0, 1024)
    if (pauseMs === 0) return
    socket.pause()
    setTimeout(() => socket.resume(), pauseMs)
  })
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  return { body: total - text.indexOf('\r\n\r\n') - 4, text, wasReset }
}
