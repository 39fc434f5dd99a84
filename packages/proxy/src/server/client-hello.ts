/** What a client says before anything is encrypted (RFC 8446 §4.1.2), as far as it matters to us. */
export interface ClientHello {
  /** The name it wants to talk to, as sent: RFC 6066 §3. */
  readonly serverName: string | undefined
  /** The protocols it would speak inside, in its order: RFC 7301. Undefined where it does not say. */
  readonly protocols: readonly string[] | undefined
}

const RECORD_HEADER_BYTES = 5
const HANDSHAKE_RECORD = 0x16
const CLIENT_HELLO = 1
const EXTENSION_SERVER_NAME = 0
const EXTENSION_ALPN = 16
/** Ours alone: a hello with post-quantum keys has 2 KiB. */
const LIMIT_BYTES = 16 * 1024

/**
 * The hello at the beginning of `bytes`; `'incomplete'` while more of it is to come, nothing for what is no hello that TLS 1.2
 * or 1.3 allows. Judges nothing else: the TLS library does.
 */
export function parseClientHello(bytes: Buffer): ClientHello | 'incomplete' | undefined {
  try {
    const handshake = joinRecords(bytes)
    if (handshake === 'incomplete') return bytes.length > LIMIT_BYTES ? undefined : handshake
    return handshake && readHello(handshake)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The handshake message without the records it came in. It may be cut anywhere. */
function joinRecords(bytes: Buffer): Buffer | 'incomplete' | undefined {
  const parts: Buffer[] = []
  let size = 0
  for (let at = 0; ; ) {
    if (bytes.length < at + RECORD_HEADER_BYTES) return 'incomplete'
    if (bytes[at] !== HANDSHAKE_RECORD || bytes[at + 1] !== 3) return undefined
    const end = at + RECORD_HEADER_BYTES + bytes.readUInt16BE(at + 3)
    const part = bytes.subarray(at + RECORD_HEADER_BYTES, end)
    if (part.length === 0 && bytes.length >= end) return undefined
    parts.push(part)
    size += part.length
    const joined = Buffer.concat(parts)
    if (size > 0 && joined[0] !== CLIENT_HELLO) return undefined
    const length = size < 4 ? Number.POSITIVE_INFINITY : 4 + joined.readUIntBE(1, 3)
    if (size >= length) return joined.subarray(4, length)
    if (bytes.length < end) return 'incomplete'
    at = end
  }
}

function readHello(body: Buffer): ClientHello {
  const reader = createReader(body)
  reader.take(2 + 32)
  reader.vector(1)
  reader.vector(2)
  reader.vector(1)
  const extensions = reader.isEmpty() ? Buffer.alloc(0) : reader.vector(2)
  let hello: ClientHello = { serverName: undefined, protocols: undefined }
  for (const list = createReader(extensions); !list.isEmpty(); ) {
    const type = list.take(2).readUInt16BE()
    const data = list.vector(2)
    if (type === EXTENSION_SERVER_NAME) hello = { ...hello, serverName: readServerName(data) }
    else if (type === EXTENSION_ALPN) hello = { ...hello, protocols: readProtocols(data) }
  }
  return hello
}

/** There is one type of name, and one name of it. */
function readServerName(data: Buffer): string {
  const list = createReader(createReader(data).vector(2))
  if (list.take(1)[0] !== 0) throw new RangeError('no host name')
  return list.vector(2).toString('latin1')
}

function readProtocols(data: Buffer): string[] {
  const protocols: string[] = []
  for (const list = createReader(createReader(data).vector(2)); !list.isEmpty(); ) {
    protocols.push(list.vector(1).toString('latin1'))
  }
  return protocols
}

/** Throws RangeError where a length reaches beyond the end. */
function createReader(bytes: Buffer) {
  let at = 0
  const take = (size: number): Buffer => {
    if (at + size > bytes.length) throw new RangeError('the hello ends too early')
    at += size
    return bytes.subarray(at - size, at)
  }
  return {
    take,
    /** What follows a length of `size` bytes: RFC 8446 §3.4. */
    vector: (size: number): Buffer => take(take(size).readUIntBE(0, size)),
    isEmpty: () => at === bytes.length,
  }
}
