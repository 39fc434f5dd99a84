import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { HostPort } from '../config/config.js'
import type { Log } from '../log.js'
import type { ClientAnswer, ClientMessage } from '../server/client-message.js'
import { FormError, readForm } from './read-form.js'
import { isRead, refuseElsewhere } from './requirements.js'
import { type OwnAnswer, type OwnRoute, ownText } from './route.js'
import { sendOwnAnswer } from './send-answer.js'

/** A request that was meant for the proxy itself: its Host is ours, and the client may use the proxy. */
interface AskedOfUs {
  readonly request: ClientMessage
  readonly response: ClientAnswer
  /** Path and query. */
  readonly path: string
  /** As the client spelled it. */
  readonly host: string
  readonly reached: HostPort
  /** Whether the client knows the proxy's password, or there is none. */
  readonly isAuthorized: boolean
}

/** The proxy's own pages. */
export interface OwnPages {
  /** Answers, whatever happens. Never rejects. */
  answer(asked: AskedOfUs): Promise<void>
}

/** A router over these routes; the checks of every request are here, so that no route can forget one. */
export function createOwnPages({ routes, log }: { routes: readonly OwnRoute[]; log: Log }): OwnPages {
  const csrfToken = randomBytes(32).toString('base64url')
  return {
    async answer(asked) {
      const answer = await answerChecked(asked, routes, csrfToken).catch((error: Error) => {
        if (error instanceof FormError) return ownText(error.status, error.message)
        log.error({ error: error.name }, 'an own page failed')
        return ownText(500, 'this page failed: the log may say why')
      })
      sendOwnAnswer(asked.response, answer)
    },
  }
}

async function answerChecked(asked: AskedOfUs, routes: readonly OwnRoute[], csrfToken: string): Promise<OwnAnswer> {
  const { request, reached, isAuthorized } = asked
  const { method = 'GET', rawHeaders } = request
  const origin = `http://${asked.host.toLowerCase()}`
  const { path, query } = splitPath(asked.path)
  const here = routes.filter((route) => route.path === path)
  const route = here.find((candidate) => candidate.method === (isRead(method) ? 'GET' : method))
  const elsewhere = refuseElsewhere({ method, rawHeaders, origin }, route)
  if (elsewhere !== undefined) return elsewhere
  if (!(isAuthorized || route?.isPublic === true)) return PASSWORD_WANTED
  if (route === undefined) return here.length === 0 ? notFound(routes) : notAllowed(here)
  const form = isRead(method) ? new URLSearchParams() : await readForm(request)
  if (!isRead(method) && !isSame(form.get('csrf') ?? '', csrfToken)) return STALE_FORM
  form.delete('csrf')
  return route.answer({ method, query, form, origin, reached, csrfToken })
}

function splitPath(pathAndQuery: string): { path: string; query: URLSearchParams } {
  const mark = pathAndQuery.indexOf('?')
  if (mark < 0) return { path: pathAndQuery, query: new URLSearchParams() }
  return { path: pathAndQuery.slice(0, mark), query: new URLSearchParams(pathAndQuery.slice(mark + 1)) }
}

const STALE_FORM = ownText(403, 'this form is of an earlier run of the proxy: go back, reload the page, and try again')
const PASSWORD_WANTED = ownText(401, 'this proxy wants its user and password', [
  'WWW-Authenticate',
  'Basic realm="iam-auth-proxy", charset="UTF-8"',
])

function notFound(routes: readonly OwnRoute[]): OwnAnswer {
  const hasStatus = routes.some(({ path }) => path === '/')
  return ownText(
    404,
    hasStatus
      ? 'the proxy has no such page. Its status page is /'
      : 'this is a gateway of iam-auth-proxy. It has pages at the addresses that it printed when it started',
  )
}

function notAllowed(here: readonly OwnRoute[]): OwnAnswer {
  const allowed = here.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ')
  return ownText(405, `this page takes ${allowed}`, ['Allow', allowed])
}

/** Digests are compared, so that neither content nor length shows in the time. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
