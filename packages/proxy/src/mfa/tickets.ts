import type { Question } from './question.js'

/** ms a ticket is good: longer than its question, so that a form left open still finds its way back. */
const LIFE_MS = 600_000
const MAX_TICKETS = 1000

/** Who may answer a question, and where they go on then. */
export interface Ticket {
  readonly id: string
  readonly question: Question
  /** The page that was asked for, checked; undefined for a program's request. */
  readonly returnTo: string | undefined
}

/** Tickets by their id, which only the one knows whose request needed the code. */
export interface Tickets {
  issue(question: Question, returnTo: string | undefined): Ticket
  find(id: string): Ticket | undefined
}

export function createTickets(deps: {
  /** ms since 1970 */
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
}): Tickets {
  const tickets = new Map<string, Ticket & { readonly at: number }>()
  return {
    issue(question, returnTo) {
      const id = Buffer.from(deps.randomBytes(16)).toString('base64url')
      const ticket = { id, question, returnTo, at: deps.now() }
      tickets.set(id, ticket)
      const [oldest] = tickets.keys()
      if (tickets.size > MAX_TICKETS && oldest !== undefined) tickets.delete(oldest)
      return ticket
    },
    find(id) {
      const ticket = tickets.get(id)
      return ticket !== undefined && deps.now() - ticket.at < LIFE_MS ? ticket : undefined
    },
  }
}

/** Where the form of a ticket is, on one of our own origins. */
export function ticketPath({ id }: Ticket): string {
  return `/mfa?id=${id}`
}
