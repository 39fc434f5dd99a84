import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { type AnswerReader, createAnswerReader } from './answer-reader.js'
import type { LoadQuestion } from './load-question.js'

/** ms after which silence is an error. */
const PATIENCE_MS = 20_000

/** Where a connection leads to. */
export type Way = Pick<LoadQuestion, 'proxyPort' | 'host' | 'tunnel' | 'certificate'>

/** Connects to the proxy, or the service; through a tunnel, with TLS inside, where asked for. What comes goes to the reader. */
export async function dial(way: Way, reader: AnswerReader): Promise<net.Socket> {
  const { proxyPort, host, tunnel, certificate } = way
  const port = proxyPort ?? Number(host.slice(host.indexOf(':') + 1))
  const isTunnel = tunnel && proxyPort !== undefined
  if (certificate !== undefined) {
    const socket = await connect(port)
    return encrypt(isTunnel ? await openTunnel(socket, host) : socket, way, reader)
  }
  const buffer = Buffer.allocUnsafe(256 * 1024)
  const onread = { buffer, callback: (size: number) => reader.take(buffer.subarray(0, size)) }
  const socket = await connect(port, onread)
  socket.on('close', () => reader.fail())
  if (isTunnel) await askForTunnel(socket, host, reader)
  return socket
}

async function connect(port: number, onread?: net.OnReadOpts): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, ...(onread && { onread }) })
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

async function openTunnel(socket: net.Socket, host: string): Promise<net.Socket> {
  const reader = createAnswerReader()
  const take = (bytes: Buffer) => void reader.take(bytes)
  const fail = () => reader.fail()
  socket.on('data', take).on('close', fail)
  await askForTunnel(socket, host, reader)
  return socket.off('data', take).off('close', fail)
}

async function askForTunnel(socket: net.Socket, host: string, reader: AnswerReader): Promise<void> {
  socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  const { status } = await reader.next('head')
  if (status !== 200) throw new Error(`CONNECT gave ${status}`)
}

/** Whom the certificate names is not checked: authorities of many proxies would have to be known. Whose it is, is. */
async function encrypt(socket: net.Socket, { proxyPort, host, certificate = '' }: Way, reader: AnswerReader) {
  const [servername = ''] = host.split(':')
  const inner = tls.connect({ socket, servername, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  inner.on('error', () => socket.destroy()).on('close', () => reader.fail())
  await once(inner, 'secureConnect')
  const isService = inner.getPeerX509Certificate()?.fingerprint256 === fingerprintOf(certificate)
  if (isService !== (proxyPort === undefined)) throw new Error('nobody looked into it')
  return inner.on('data', (bytes: Buffer) => void reader.take(bytes))
}

const fingerprints = new Map<string, string>()

function fingerprintOf(pem: string): string {
  const known = fingerprints.get(pem) ?? new X509Certificate(pem).fingerprint256
  fingerprints.set(pem, known)
  return known
}
