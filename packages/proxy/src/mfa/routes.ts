import { type OwnAnswer, type OwnRoute, ownText } from '../own/route.js'
import { donePage, formPage, overPage } from './form-page.js'
import { type Ticket, type Tickets, ticketPath } from './tickets.js'

/**
 * Where an MFA code is typed: `/mfa`, on the proxy's own origin. Whoever has the ticket of a request may answer for it, and
 * needs no password of the proxy besides; the router sees to it that no other site posts, reads or frames this.
 */
export function mfaRoutes(tickets: Tickets): OwnRoute[] {
  const find = (fields: URLSearchParams) => tickets.find(fields.get('id') ?? '')
  return [
    {
      method: 'GET',
      path: '/mfa',
      // The redirect that leads here is from the service's address.
      mayBeLinked: true,
      isPublic: true,
      answer: ({ query, csrfToken }) => show(find(query), csrfToken),
    },
    { method: 'GET', path: '/mfa/state', isPublic: true, answer: ({ query }) => stateOf(find(query)) },
    {
      method: 'POST',
      path: '/mfa',
      isPublic: true,
      answer: async ({ form }) => {
        const ticket = find(form)
        if (ticket === undefined) return overPage(undefined)
        await ticket.question.submit(form.get('code') ?? '')
        // To the same page: a reload must not post again.
        return ownText(303, 'see there', ['Location', ticketPath(ticket)])
      },
    },
  ]
}

function show(ticket: Ticket | undefined, csrfToken: string): OwnAnswer {
  const state = ticket?.question.state()
  if (ticket === undefined || state === 'over') return overPage(ticket)
  if (state === 'accepted') return donePage(ticket)
  ticket.question.noteSeen()
  return formPage(ticket, csrfToken)
}

/** One word for the form's own script, in the bare: nothing it could run. */
function stateOf(ticket: Ticket | undefined): OwnAnswer {
  const state = ticket?.question.state() ?? 'over'
  return { status: 200, contentType: 'text/plain; charset=utf-8', body: state === 'checking' ? 'open' : state }
}
