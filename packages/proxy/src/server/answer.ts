import type { UpstreamAnswer } from '../upstream/message.js'
import type { Exchange } from './exchange.js'
import { failExchange } from './fail.js'
import { intercept } from './intercept.js'
import { isChallenge } from './is-challenge.js'
import { Refusal } from './refusal.js'
import { relayAnswer } from './relay-response.js'

/** service → us: the headers of an answer are here. A challenge is for the login layer, everything else for the client. */
export function receiveAnswer(exchange: Exchange, answer: UpstreamAnswer): void {
  exchange.answer = answer
  const status = answer.statusCode
  const proxyRefusal = exchange.way?.absoluteForm?.refusal(answer)
  if (proxyRefusal) {
    failExchange(exchange, proxyRefusal)
  } else if (status < 200 || status > 999) {
    failExchange(exchange, new Refusal(502, `the service answered with the status ${status}`, 'http_protocol_error'))
  } else if (status === 401 && isChallenge(exchange, answer)) {
    intercept(exchange, answer, receiveAnswer).catch((error: Error) => failExchange(exchange, error))
  } else {
    relayAnswer(exchange, answer)
  }
}
