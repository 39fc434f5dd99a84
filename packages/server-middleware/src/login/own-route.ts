import type { ServerResponse } from 'node:http'
import type { IamAuthRequest } from '../http/request-facts.js'
import type { Service } from '../service.js'
import { login } from './login.js'
import { logout } from './logout.js'
import { loginOriginal } from './original.js'

type Route = (req: IamAuthRequest, res: ServerResponse, origin: string, service: Service) => Promise<void>

/**
 * What answers at a path of ours; undefined for every other path. Version 1 has a route only where it is offered:
 * anything else at the auth path is version 2's to take or to refuse.
 */
export function ownRoute({ method }: IamAuthRequest, path: string, { config }: Service): Route | undefined {
  if (path === config.logoutPath) return logout
  if (path !== config.authPath) return undefined
  return method === 'GET' && config.protocols.includes(1) ? loginOriginal : login
}
