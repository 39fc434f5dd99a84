import type { ServerResponse } from 'node:http'
import { type IamAuthRequest, isPreflight, isPublicRequest, parseTarget, requestOrigin } from './http/request-facts.js'
import { challenge } from './login/challenge.js'
import { ownRoute } from './login/own-route.js'
import { readEnvironment } from './options/environment.js'
import type { IamAuthOptions } from './options/options.js'
import { resolveOptions } from './options/resolve-options.js'
import { LoginRefusal } from './refusal.js'
import { respondWithError } from './respond/respond.js'
import { createService, type Service } from './service.js'

/** Middleware for Express, or for anything that calls `(req, res, next)` with Node's own request and response. */
export type IamAuthHandler = (req: IamAuthRequest, res: ServerResponse, next: (error?: unknown) => void) => void

/**
 * `app.use(iamAuth())`: whoever gets past it has signed in with AWS IAM, and is in `req.iam`. Put it before body parsers.
 *
 * @throws TypeError that lists everything that is wrong with the options and the environment
 */
export function iamAuth(options: IamAuthOptions = {}): IamAuthHandler {
  const service = createService(resolveOptions(options, readEnvironment()))
  const { config } = service
  return (req, res, next) => {
    const origin = requestOrigin(req, config.origin)
    admit(req, res, origin, service)
      .catch((error) => void respondWithError(error, req, res, origin, service))
      // Not `next(error)`: whoever passes a `next` that looks at no error would let in whom we could not even refuse.
      .then(
        (isAdmitted) => isAdmitted === true && next(),
        () => void res.destroy(),
      )
  }
}

/** session? else login? else challenge. True: the request goes on to the application; else it has been answered. */
async function admit(
  req: IamAuthRequest,
  res: ServerResponse,
  origin: string | undefined,
  service: Service,
): Promise<boolean> {
  const path = parseTarget(req)?.path
  const isPublic = isPublicRequest(req, service.config.publicPaths)
  delete req.iam // whoever set it, it was not us
  if (origin === undefined || path === undefined) return isPublic || misdirected()
  const answer = ownRoute(req, path, service) ?? challenge
  if (answer === challenge) {
    if (isPreflight(req)) return true
    const reading = service.sessions.read(req.headers.cookie, origin)
    const identity = await (isPublic ? reading.catch(() => undefined) : reading) // no store takes a public page away
    if (identity !== undefined) req.iam = identity
    if (identity !== undefined || isPublic) return true
  }
  await answer(req, res, origin, service)
  return false
}

function misdirected(): never {
  throw new LoginRefusal('ERR_IAM_HOST', 'the Host is not that of the configured origin')
}
