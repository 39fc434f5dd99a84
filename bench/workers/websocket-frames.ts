const PAYLOAD = Buffer.alloc(64, 'x')

/** A text of 64 bytes as a client sends it: masked (RFC 6455, section 5.3), with a key of zeros, which leaves it as it is. */
export const CLIENT_FRAME = Buffer.concat([Buffer.from([0x81, 0x80 | PAYLOAD.length, 0, 0, 0, 0]), PAYLOAD])

/** The same as a server sends it. */
export const SERVER_FRAME = Buffer.concat([Buffer.from([0x81, PAYLOAD.length]), PAYLOAD])
