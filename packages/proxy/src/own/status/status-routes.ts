import type { KeptSessions } from '../../login/answer-challenge.js'
import { ownHtml } from '../own-html.js'
import { type OwnRoute, ownText, seeOther } from '../route.js'
import type { IdentityCheck } from './identity-check.js'
import { LIVE_SCRIPT } from './live-script.js'
import { readStatus, type StatusSources } from './status.js'
import { renderStatus } from './status-page.js'

export interface StatusRouteDeps extends StatusSources {
  readonly sessions: KeptSessions
  readonly identity: IdentityCheck
}

/** The status page, the same for scripts, and what its buttons do. */
export function statusRoutes(deps: StatusRouteDeps): OwnRoute[] {
  return [
    {
      method: 'GET',
      path: '/',
      mayBeLinked: true,
      answer: async (request) => {
        const status = await readStatus(deps, request)
        return ownHtml({ title: 'Status', content: renderStatus(status, request.csrfToken), script: LIVE_SCRIPT })
      },
    },
    {
      method: 'GET',
      path: '/status.json',
      answer: async (request) => ({
        status: 200,
        contentType: 'application/json',
        body: `${JSON.stringify(await readStatus(deps, request), undefined, 2)}\n`,
      }),
    },
    {
      method: 'POST',
      path: '/identity/check',
      answer: () => {
        deps.identity.start()
        return seeOther('/')
      },
    },
    {
      method: 'POST',
      path: '/session/forget',
      answer: ({ form }) => {
        const origin = form.get('origin')
        if (origin === null) return ownText(400, 'which origin?')
        deps.sessions.forget(origin)
        return seeOther('/')
      },
    },
  ]
}
