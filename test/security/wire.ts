import net from 'node:net'
import type { Keeper } from '../support/cleanup.js'
import { until } from '../support/until.js'

/** A message as somebody reads it out of bytes. */
export interface WireMessage {
  /** The request line or status line. */
  readonly line: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/**
 * How bytes are read: by the letter of RFC 9112 (anything else throws), or as careless services do: where both are there,
 * the length counts; or anything like `chunked` does; or a line feed alone ends a line, and names are tidied up.
 */
export type Reading = 'strict' | 'length' | 'chunked' | 'tidy'
export const READINGS: readonly Reading[] = ['strict', 'length', 'chunked', 'tidy']

/** All whole messages, and what is left. */
export function readMessages(bytes: string, reading: Reading): { messages: WireMessage[]; rest: string } {
  const messages: WireMessage[] = []
  for (let rest = bytes; ; ) {
    const read = readMessage(rest, reading)
    if (!read) return { messages, rest }
    messages.push(read.message)
    rest = read.rest
  }
}

function readMessage(bytes: string, reading: Reading): { message: WireMessage; rest: string } | undefined {
  const head = (reading === 'tidy' ? /^[\s\S]*?\n\r?\n/ : /^[\s\S]*?\r\n\r\n/).exec(bytes)?.[0]
  if (head === undefined) return undefined
  if (reading === 'strict') requireStrict(head)
  const [line = '', ...lines] = head.trimEnd().split(/\r?\n/)
  const headers = lines.map((text) => readField(text, reading))
  const body = readBody(bytes.slice(head.length), framingOf(line, headers, reading))
  return body && { message: { line, headers, body: body.text }, rest: body.rest }
}

function requireStrict(head: string): void {
  const isWellFormed = /^[^\x00-\x1f\x7f]+\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/.test(
    head,
  )
  if (!isWellFormed) throw new Error(`malformed: ${JSON.stringify(head)}`)
}

function readField(text: string, reading: Reading): [string, string] {
  const colon = text.indexOf(':')
  const name = text.slice(0, colon).toLowerCase()
  return [reading === 'tidy' ? name.trim().replaceAll('_', '-') : name, text.slice(colon + 1).trim()]
}

type Framing = { readonly length: number } | 'chunked' | 'to the end'

function framingOf(line: string, headers: WireMessage['headers'], reading: Reading): Framing {
  const all = (name: string) => headers.filter(([own]) => own === name).map(([, value]) => value)
  const [lengths, codings] = [all('content-length'), all('transfer-encoding')]
  if (reading === 'strict') requireOneFraming(lengths, codings)
  if (/^HTTP\S+ (?:1\d\d|204|304)/.test(line)) return { length: 0 }
  const isChunked = codings.some((coding) => /chunked/i.test(coding))
  if (isChunked && (reading !== 'length' || lengths.length === 0)) return 'chunked'
  if (lengths.length > 0) return { length: Number.parseInt(lengths[0] ?? '', reading === 'tidy' ? undefined : 10) }
  return line.startsWith('HTTP/') ? 'to the end' : { length: 0 }
}

function requireOneFraming(lengths: readonly string[], codings: readonly string[]): void {
  const isOne = lengths.length + codings.length <= 1
  if (!isOne || !/^(?:0|[1-9]\d*)?$/.test(lengths.join()) || !/^(?:(?:\S+, )?chunked)?$/.test(codings.join())) {
    throw new Error(`two framings: ${JSON.stringify([lengths, codings])}`)
  }
}

function readBody(bytes: string, framing: Framing): { text: string; rest: string } | undefined {
  if (framing === 'chunked') return readChunks(bytes)
  if (framing === 'to the end') return { text: bytes, rest: '' }
  const { length } = framing
  return bytes.length < length ? undefined : { text: bytes.slice(0, length), rest: bytes.slice(length) }
}

/** The trailer section belongs to the text, so that it can be looked at. */
function readChunks(bytes: string): { text: string; rest: string } | undefined {
  let text = ''
  for (let rest = bytes; ; ) {
    const [line, digits = ''] = /^([0-9a-fA-F]+)[^\r\n]*\r?\n/.exec(rest) ?? []
    if (line === undefined) return undefined
    const size = Number.parseInt(digits, 16)
    rest = rest.slice(line.length)
    if (size === 0) {
      const trailers = /^(?:[^\r\n]+\r\n)*\r\n/.exec(rest)?.[0]
      return trailers === undefined
        ? undefined
        : { text: text + trailers.slice(0, -2), rest: rest.slice(trailers.length) }
    }
    if (rest.length < size + 2) return undefined
    text += rest.slice(0, size)
    rest = rest.slice(size + 2)
  }
}

/** A service that keeps every byte, of each connection its own. */
export interface WireService {
  readonly host: string
  readonly connections: string[]
  /** Once so many of its connections are closed. */
  closed(count: number): Promise<unknown>
}

export const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood'

/** `answer` gives the bytes for each request line, as a strict or a careless service finds it. */
export async function startWireService(
  keep: Keeper,
  reading: Reading,
  answer: (line: string) => string = () => GOOD,
  onConnection: (write: (bytes: string) => void) => void = () => {},
): Promise<WireService> {
  const connections: string[] = []
  let closed = 0
  const open = new Set<net.Socket>()
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const index = connections.push('') - 1
    let answered = 0
    open.add(socket.on('error', () => {}))
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      closed += 1
      open.delete(socket)
    })
    onConnection((bytes) => socket.write(Buffer.from(bytes, 'latin1')))
    socket.on('data', (chunk) => {
      connections[index] += chunk.toString('latin1')
      // What a strict service could not read stays in `connections`, for the test to see.
      for (const { line } of tryRead(connections[index] ?? '', reading).slice(answered)) {
        answered += 1
        socket.write(Buffer.from(answer(line), 'latin1'))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return {
    host: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    connections,
    closed: (count) => until(`${count} connections are closed`, () => closed >= count),
  }
}

function tryRead(bytes: string, reading: Reading): WireMessage[] {
  try {
    return readMessages(bytes, reading).messages
  } catch {
    return []
  }
}

/** Writes bytes to a port of this machine and reads until the other end has nothing more to say. */
export function exchangeBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    // A reset is an end as well: what came before it has been read.
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
    socket.write(Buffer.from(bytes, 'latin1'))
  })
}
