import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalAws } from 'iam-auth-local-aws'
import type { Keeper } from '../support/cleanup.js'
import type { SecretBook } from './secrets.js'

/** The embedded AWS, with somebody in between who notes the secrets that pass, or quotes all it was sent in an error. */
export interface TalkativeAws {
  readonly endpoint: string
  /** What the next requests get instead of AWS's answer. */
  quote(how: Quoting | undefined): void
}

/** Where an error says what was asked. */
export interface Quoting {
  readonly status: number
  readonly in: 'message' | 'code' | 'everything'
  /** This action alone, as `Decrypt`. */
  readonly action?: string
}

export async function startTalkativeAws(aws: LocalAws, book: SecretBook, keep: Keeper): Promise<TalkativeAws> {
  let quoting: Quoting | undefined
  const server = http.createServer(async (req, res) => {
    const asked = await text(req)
    noteRequest(asked, book)
    if (quoting !== undefined && isAsked(req, asked, quoting.action ?? '')) {
      const { type, body } = quotation(req, asked, quoting)
      res.writeHead(quoting.status, { 'content-type': type }).end(body)
      return
    }
    const url = `${aws.endpoint}${req.url}`
    const forwarded = http.request(url, { method: req.method, headers: req.headers }, async (answer) => {
      const said = await text(answer)
      noteAnswer(said, book)
      res.writeHead(answer.statusCode ?? 0, answer.headers).end(said)
    })
    forwarded.on('error', () => res.destroy())
    forwarded.end(asked)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  keep(() => {
    server.close()
    server.closeAllConnections()
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    endpoint,
    quote: (how) => {
      quoting = how
    },
  }
}

/** A whole message; KMS and STS speak JSON, forms and XML, all of them text. */
async function text(message: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** What KMS is to encrypt: a data key, or a token of version 1. */
function noteRequest(asked: string, book: SecretBook): void {
  noteBytes(/"Plaintext":"([^"]+)"/.exec(asked)?.[1], book)
}

/** What KMS has decrypted, and the credentials that STS has made. */
function noteAnswer(said: string, book: SecretBook): void {
  noteBytes(/"Plaintext":"([^"]+)"/.exec(said)?.[1], book)
  for (const name of ['SecretAccessKey', 'SessionToken']) {
    const [, value] = new RegExp(`<${name}>([^<]+)<`).exec(said) ?? new RegExp(`"${name}":"([^"]+)"`).exec(said) ?? []
    if (value !== undefined) book.add(`the ${name} that STS made`, value)
  }
}

function noteBytes(base64: string | undefined, book: SecretBook): void {
  if (base64 !== undefined) book.add('what KMS keeps', Buffer.from(base64, 'base64'))
}

function isAsked({ headers }: http.IncomingMessage, asked: string, action: string): boolean {
  return String(headers['x-amz-target'] ?? '').endsWith(action) || asked.includes(`Action=${action}`)
}

function quotation({ headers }: http.IncomingMessage, asked: string, { in: where }: Quoting) {
  const all = `${Object.entries(headers).flat().join(' ')} ${asked}`
  const message = where === 'code' ? 'no' : `The canonical string was: ${all}`
  const code = where === 'message' ? 'ValidationError' : all.replaceAll(/[<>&"\\\n]/g, ' ')
  const target = headers['x-amz-target']
  if (target !== undefined) {
    return { type: 'application/x-amz-json-1.1', body: JSON.stringify({ __type: code, message }) }
  }
  const escaped = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped}</Message></Error></ErrorResponse>`
  return { type: 'text/xml', body }
}
