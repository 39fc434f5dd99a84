import { formatHostPort } from '../config/host-port.js'
import type { ChallengeAnswer } from '../login/exchange.js'
import { reachedBy } from '../own/own-host.js'
import type { UpstreamAnswer } from '../upstream/message.js'
import type { Exchange } from './exchange.js'
import { finishExchange, headersForClient } from './exchange.js'
import { failExchange } from './fail.js'
import { withoutFields } from './fields.js'
import { keepOpenForUpload } from './keep-open.js'
import { relayAnswer } from './relay-response.js'
import { discardChallenge, isWholeBodyKept } from './replay.js'
import type { ReceiveAnswer } from './send.js'
import { sendToService } from './send.js'

/**
 * service → us → login → service: a 401 with an IAM challenge. It waits, unread, until the login layer has said what
 * becomes of it; the client sees only the outcome.
 */
export async function intercept(exchange: Exchange, challenge: UpstreamAnswer, receive: ReceiveAnswer): Promise<void> {
  challenge.on('error', () => {})
  exchange.isChallenged = true
  const isReplayable = await isWholeBodyKept(exchange)
  const url = exchange.target.authority.origin + exchange.target.path
  if (exchange.isDone) return
  if (!isReplayable && hasJustBeenRedirected(exchange, url)) return passOn(exchange, challenge)
  const answer = await askLogin(exchange, challenge, isReplayable)
  if (exchange.isDone) return
  exchange.attempt += 1
  if (answer.kind === 'pass') {
    exchange.defaultHeaders = answer.defaultHeaders ?? []
    return passOn(exchange, challenge)
  }
  await discardChallenge(exchange, challenge)
  if (exchange.isDone) return
  if (answer.kind === 'respond') return respond(exchange, answer.status, answer.rawHeaders, answer.body)
  // Not added to those of an earlier replay: the service has just refused what they set.
  exchange.setCookieLines = answer.setCookieLines
  exchange.defaultHeaders = answer.defaultHeaders
  if (isReplayable) return replay(exchange, answer, receive)
  exchange.connection.redirected.set(url, performance.now())
  const cookies = exchange.setCookieLines.flatMap((line) => ['Set-Cookie', line])
  respond(exchange, 307, ['Location', url, 'Cache-Control', 'no-store', ...cookies], '')
}

/** A client that kept its cookie is through by then; a later 401 is of a session that has ended since. */
function hasJustBeenRedirected({ connection, startedAt, context }: Exchange, url: string): boolean {
  const redirectedAt = connection.redirected.get(url)
  return redirectedAt !== undefined && startedAt - redirectedAt < context.limits.redirectPauseMs
}

async function askLogin(exchange: Exchange, challenge: UpstreamAnswer, replayable: boolean): Promise<ChallengeAnswer> {
  const { context, request, target, startedAt, attempt, replayedWith } = exchange
  const controller = new AbortController()
  exchange.loginAbort = controller
  try {
    return await context.login.answer({
      origin: target.authority.origin,
      method: request.method ?? 'GET',
      path: target.path,
      requestRawHeaders: request.rawHeaders,
      responseRawHeaders: challenge.rawHeaders,
      startedAt,
      attempt,
      replayedWith,
      replayable,
      signal: controller.signal,
      ownOrigin: ownOriginFor(exchange),
      seenOrigin: exchange.front?.origin,
    })
  } catch {
    // Not supposed to happen: the service's own 401 is the safe answer.
    context.log.error({ origin: target.authority.origin }, 'the login layer failed')
    return { kind: 'pass' }
  } finally {
    exchange.loginAbort = undefined
  }
}

/** How this client has reached us: so it reaches our own pages as well. */
function ownOriginFor({ context, request }: Exchange): string | undefined {
  if (context.ownPages === undefined || request.socket.localPort === undefined) return undefined
  return `http://${formatHostPort(reachedBy(request.socket))}`
}

function passOn(exchange: Exchange, challenge: UpstreamAnswer): void {
  if (challenge.destroyed && !challenge.complete) {
    failExchange(exchange, Object.assign(new Error('closed during the login'), { code: 'ECONNRESET' }))
  } else {
    relayAnswer(exchange, challenge)
  }
}

function respond(exchange: Exchange, status: number, rawHeaders: readonly string[], body: string): void {
  const { response } = exchange
  keepOpenForUpload(exchange)
  response.writeHead(status, [
    ...headersForClient(exchange, withoutFields(rawHeaders, ['content-length'])),
    'Content-Length',
    String(Buffer.byteLength(body)),
  ])
  response.end(exchange.request.method === 'HEAD' ? undefined : body)
  finishExchange(exchange)
}

type Replay = Extract<ChallengeAnswer, { kind: 'replay' }>

function replay(exchange: Exchange, { cookie, source }: Replay, receive: ReceiveAnswer): void {
  exchange.isChallenged = false
  exchange.replayedWith = source
  const headers = withoutFields(exchange.headers, ['cookie', 'expect'])
  exchange.headers = cookie === '' ? headers : [...headers, 'Cookie', cookie]
  sendToService(exchange, receive)
  if (exchange.isGrpc) exchange.request.resume()
}
