import { createRequire } from 'node:module'

/** What a client made of an answer that is complete. */
export interface AnswerReading {
  readonly status: number
  readonly rawHeaders: readonly string[]
  /** latin1 */
  readonly body: string
  readonly rawTrailers: readonly string[]
  readonly interims: number
  /** Another request may follow on the connection. */
  readonly isKept: boolean
}

/** Node's own parser, without the sockets around it. */
interface NodeParser {
  [callback: number]: (...args: never[]) => unknown
  initialize(type: number, resource: object): void
  execute(bytes: Buffer): number | Error
  finish(): Error | undefined
}

interface NodeParserClass {
  new (): NodeParser
  readonly RESPONSE: number
  readonly kOnHeaders: number
  readonly kOnHeadersComplete: number
  readonly kOnBody: number
  readonly kOnMessageComplete: number
}

// Nothing else gives it away, and what is read by it need not wait for the network.
const { HTTPParser } = createRequire(import.meta.url)('_http_common') as { HTTPParser: NodeParserClass }

/** What node:http reads in the answer to a GET, before the connection ends; undefined for a refusal, or for half an answer. */
export function readByNode(pieces: readonly string[]): AnswerReading | undefined {
  const reader = new NodeReader()
  for (const piece of pieces) {
    if (reader.isDone) break
    if (reader.parser.execute(Buffer.from(piece, 'latin1')) instanceof Error) return reader.reading(false)
  }
  if (!reader.isDone && reader.parser.finish() instanceof Error) return undefined
  return reader.reading(true)
}

/** `http`'s own callbacks, as far as they decide what is read: those of lib/_http_common.js and lib/_http_client.js. */
class NodeReader {
  readonly parser = new HTTPParser()
  isDone = false
  #status = 0
  #headers: string[] = []
  #body = ''
  /** Lists that came before their head or their end was known. */
  #flushed: string[] = []
  #interims = 0
  #isPersistent = false

  constructor() {
    const { parser } = this
    parser.initialize(HTTPParser.RESPONSE, {})
    parser[HTTPParser.kOnHeaders] = (list: string[]) => {
      if (!this.isDone) this.#flushed.push(...list)
    }
    parser[HTTPParser.kOnHeadersComplete] = (...head: unknown[]) => this.#begin(head)
    parser[HTTPParser.kOnBody] = (bytes: Buffer) => {
      if (!this.isDone) this.#body += bytes.toString('latin1')
    }
    parser[HTTPParser.kOnMessageComplete] = () => {
      if (this.#status >= 200) this.isDone = true
    }
  }

  reading(isPersistent: boolean): AnswerReading | undefined {
    if (!this.isDone) return undefined
    return {
      status: this.#status,
      rawHeaders: this.#headers,
      body: this.#body,
      rawTrailers: this.#flushed,
      interims: this.#interims,
      isKept: isPersistent && this.#isPersistent,
    }
  }

  /** 1: no body; 2: no HTTP any more. */
  #begin(head: readonly unknown[]): 0 | 1 | 2 {
    // What comes after the answer is not the answer.
    if (this.isDone) return 0
    const [, , list, , , status, , isUpgrade, isPersistent] = head
    this.#status = status as number
    this.#headers = [...this.#flushed, ...((list as string[] | undefined) ?? [])]
    this.#flushed = []
    this.#isPersistent = isPersistent as boolean
    if (isUpgrade) {
      this.isDone = true
      return 2
    }
    if (this.#status >= 200) return 0
    this.#interims++
    return 1
  }
}
