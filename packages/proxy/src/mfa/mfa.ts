import type { AskForCodes } from '../credentials/mfa.js'
import type { PersonAsked } from '../login/while-asked.js'
import type { OwnRoute } from '../own/route.js'
import { comeAgain } from './come-again.js'
import { createMfaDesk, type MfaDeskDeps } from './desk.js'
import { mfaRoutes } from './routes.js'
import { createTickets, ticketPath } from './tickets.js'

/** All that has to do with MFA codes: who asks for them, who is told meanwhile, and where they are typed. */
export interface Mfa {
  readonly askForCodes: AskForCodes
  readonly asked: PersonAsked
  readonly routes: readonly OwnRoute[]
}

export function createMfa(deps: MfaDeskDeps & { readonly randomBytes: (size: number) => Uint8Array }): Mfa {
  const desk = createMfaDesk(deps)
  const tickets = createTickets(deps)
  return {
    askForCodes: desk.attempt,
    asked: {
      whenOpen: (listener) =>
        desk.whenOpen((question) => {
          const formPath = (returnTo: string | undefined) => ticketPath(tickets.issue(question, returnTo))
          listener({ serialNumber: question.serialNumber, isSeen: question.isSeen, formPath })
        }),
      comeAgain,
    },
    routes: mfaRoutes(tickets),
  }
}
