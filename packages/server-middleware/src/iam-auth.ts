import type { ServerResponse } from 'node:http'
import { type IamAuthRequest, isPreflight, parseTarget, requestOrigin } from './http/request-facts.js'
import { challenge } from './login/challenge.js'
import { login } from './login/login.js'
import { logout } from './login/logout.js'
import { loginOriginal } from './login/original.js'
import { readEnvironment } from './options/environment.js'
import type { IamAuthOptions } from './options/options.js'
import { isPublicPath } from './options/public-paths.js'
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
  return (req, res, next) => {
    const { config } = service
    const origin = requestOrigin(req, config.origin)
    answer(req, res, origin, service)
      .catch((error) => void respondWithError(error, req, res, { origin, config }))
      .then((passes) => passes === true && next(), next)
  }
}

/** session? else login? else challenge. True: the request goes on to the application. */
async function answer(
  req: IamAuthRequest,
  res: ServerResponse,
  origin: string | undefined,
  service: Service,
): Promise<boolean> {
  const { config, sessions } = service
  const path = parseTarget(req)?.path ?? ''
  const isPublic = isPublicPath(path, config.publicPaths)
  delete req.iam
  if (origin === undefined || path === '') return isPublic || misdirected()
  if (path === config.logoutPath) return answered(logout(req, res, origin, service))
  if (path === config.authPath) return answered(enter(req, res, origin, service))
  if (isPreflight(req)) return true
  const reading = sessions.read(req.headers.cookie, origin)
  const identity = await (isPublic ? reading.catch(() => undefined) : reading) // a store that fails takes no public page away
  if (identity !== undefined) req.iam = identity
  if (identity !== undefined || isPublic) return true
  return answered(challenge(req, res, origin, service))
}

/** Version 1 exists only where it is offered; everything else at the auth path is version 2's to take or refuse. */
function enter(req: IamAuthRequest, res: ServerResponse, origin: string, service: Service): Promise<void> {
  const isOriginal = req.method === 'GET' && service.config.protocols.includes(1)
  return isOriginal ? loginOriginal(req, res, origin, service) : login(req, res, origin, service)
}

async function answered(answering: Promise<void>): Promise<false> {
  await answering
  return false
}

function misdirected(): never {
  throw new LoginRefusal('ERR_IAM_HOST', 'the Host is not that of the configured origin')
}
