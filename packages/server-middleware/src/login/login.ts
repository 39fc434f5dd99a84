import type { ServerResponse } from 'node:http'
import { formatChallengeSetCookie } from 'iam-auth-protocol'
import type { IamAuthRequest } from '../http/request-facts.js'
import type { IamIdentity } from '../identity.js'
import { sendNothing } from '../respond/send.js'
import type { Service } from '../service.js'
import { verify } from './verify.js'

/** `POST <authPath>` → the list of checks → 204 with a session. @throws what `verify` throws */
export async function login(req: IamAuthRequest, res: ServerResponse, origin: string, service: Service): Promise<void> {
  const identity = await verify(req, origin, service)
  openSession(res, identity, origin, service)
  reportLogin(identity, 2, origin, service)
  sendNothing(res)
}

/** The session's cookies on, the challenge's off. */
export function openSession(res: ServerResponse, identity: IamIdentity, origin: string, service: Service): void {
  const cookies = [...service.sessions.issue(identity, origin), formatChallengeSetCookie(origin, '')]
  res.appendHeader('Set-Cookie', cookies)
}

/** For the log and for the operator's hook, whose failure, then or later, does not undo the login. */
export function reportLogin(identity: IamIdentity, version: 1 | 2, origin: string, { config }: Service): void {
  config.logger.info({ arn: identity.arn, version, origin }, 'login')
  const report = async () => config.onLogin?.(identity, { version })
  report().catch((error: unknown) => config.logger.error({ cause: String(error) }, 'onLogin failed'))
}
