import type { Exchange } from './exchange.js'
import { finishExchange } from './exchange.js'
import { keepOpenForUpload } from './keep-open.js'
import { answerRefusal, Refusal } from './refusal.js'
import { failureOf, refusalFor } from './statuses.js'

/** Ends an exchange that cannot be completed: with a gateway error, or, in the middle of an answer, by cutting it off. */
export function failExchange(exchange: Exchange, error: Error): void {
  if (exchange.isDone) return
  const { context, response, target } = exchange
  const refusal = error instanceof Refusal ? error : refusalFor(error, target.authority.hostHeader)
  context.log.info(
    {
      origin: target.authority.origin,
      status: refusal.status,
      error: refusal.proxyError,
      request: refusal.request,
    },
    'request failed',
  )
  context.observer.failed(failureOf(refusal, error, target.authority.origin))
  exchange.upstream?.destroy()
  if (response.headersSent) {
    response.destroy()
  } else {
    keepOpenForUpload(exchange)
    answerRefusal(response, refusal)
  }
  finishExchange(exchange)
}
