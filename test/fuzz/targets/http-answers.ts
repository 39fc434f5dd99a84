import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import type { Http1Answer } from '../../../packages/proxy/src/upstream/http1/answer.js'
import { Http1Connection } from '../../../packages/proxy/src/upstream/http1/connection.js'
import { Http1Request } from '../../../packages/proxy/src/upstream/http1/request.js'
import { formatRequestHead } from '../../../packages/proxy/src/upstream/http1/request-head.js'
import { answers } from '../../../packages/proxy/test/upstream/http1/answers.js'
import { mutated } from '../mutations.js'
import { type AnswerReading, readByNode } from '../oracles/http-answers.js'
import { requireRule, type Target } from '../target.js'

/** Bytes of a service, and where they are cut into pieces. */
interface Input {
  readonly bytes: string
  readonly cuts: readonly number[]
}

const PIECES = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '0\r\n',
    '1\r\n',
    'a: b\r\n',
    ': ',
    ';a=b',
    'HTTP/1.1 ',
    'HTTP/1.0 ',
    '100 x\r\n',
  ],
  ...['Content-Length: 1\r\n', 'Transfer-Encoding: chunked\r\n', 'transfer-encoding: gzip\r\n', 'chunked', ', chunked'],
  ...[
    'Connection: close\r\n',
    'Connection: keep-alive\r\n',
    'Connection: upgrade\r\nUpgrade: a\r\n',
    '204',
    '304',
    '101',
  ],
]
const CORPUS = answers.flatMap(([method, bytes]) => (method === 'GET' && bytes.length < 500 ? [bytes] : []))

export const httpAnswerTargets: readonly Target<Input>[] = [
  {
    name: 'http1Answer',
    weight: 4,
    inputs: fc.record({ bytes: mutated(CORPUS, PIECES), cuts: fc.array(fc.nat(400), { maxLength: 6 }) }),
    run({ bytes, cuts }) {
      const pieces = cutUp(bytes, cuts)
      const { reading, refusal } = readByUs(pieces)
      if (reading === undefined) return { name: refusal }
      return { name: 'accepted', judge: () => judge(reading, readByNode(pieces)) }
    },
  },
]

function judge({ isKept, ...ours }: AnswerReading, node: AnswerReading | undefined): void {
  requireRule('what Node refuses, we refuse', node !== undefined)
  const { isKept: isKeptByNode, ...theirs } = node as AnswerReading
  requireRule('we read what Node reads', JSON.stringify(ours) === JSON.stringify(theirs))
  requireRule('a connection is kept only where Node keeps it', isKeptByNode || !isKept)
}

function cutUp(bytes: string, cuts: readonly number[]): string[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.slice(at[index], end))
}

/** A socket that says what it is told to, at once. */
class ToldSocket extends EventEmitter {
  readonly writable = true
  readonly readable = true
  readonly writableLength = 0
  destroyed = false

  write(): boolean {
    return true
  }

  isPaused(): boolean {
    return false
  }

  pause(): this {
    return this
  }

  resume(): this {
    return this
  }

  destroy(): void {
    this.destroyed = true
  }
}

function readByUs(pieces: readonly string[]): { reading: AnswerReading | undefined; refusal: string } {
  const reader = new OurReader()
  for (const piece of pieces) {
    // Like a socket, which says nothing that is empty.
    if (piece !== '' && !reader.isDone && !reader.socket.destroyed)
      reader.socket.emit('data', Buffer.from(piece, 'latin1'))
  }
  if (!reader.isDone && !reader.socket.destroyed) reader.socket.emit('end')
  return { reading: reader.reading(), refusal: reader.refusal }
}

class OurReader {
  readonly socket = new ToldSocket()
  isDone = false
  refusal = 'cut off'
  #answer: Http1Answer | undefined
  #body = ''
  #interims = 0
  #isKept = false

  constructor() {
    const owner = {
      onIdle: () => {
        this.#isKept = true
      },
      onGone: () => {},
    }
    const connection = new Http1Connection('a', this.socket as unknown as Socket, owner)
    const request = new Http1Request('GET', formatRequestHead('GET', '/', ['Host', 'a']))
    request.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.refusal = code ?? 'Error'
    })
    request.on('information', () => this.#interims++)
    request.on('response', (answer: Http1Answer) => this.#follow(answer))
    request.on('upgrade', (answer: Http1Answer) => {
      this.#answer = answer
      this.isDone = true
    })
    connection.carry(request)
    request.end()
  }

  reading(): AnswerReading | undefined {
    if (!this.isDone || this.#answer === undefined) return undefined
    const { statusCode: status, rawHeaders, rawTrailers } = this.#answer
    return { status, rawHeaders, body: this.#body, rawTrailers, interims: this.#interims, isKept: this.#isKept }
  }

  #follow(answer: Http1Answer): void {
    this.#answer = answer
    answer.on('data', (bytes: Buffer) => {
      this.#body += bytes.toString('latin1')
    })
    answer.on('end', () => {
      this.isDone = true
    })
  }
}
