import type { ServerResponse } from 'node:http'
import { type IamAuthRequest, wantsPage } from '../http/request-facts.js'
import { requireMethod, requireSameSite } from '../http/requirements.js'
import { LOGGED_OUT_PAGE } from '../respond/pages.js'
import { sendNothing, sendPage } from '../respond/send.js'
import type { Service } from '../service.js'

/**
 * `POST <authPath>/logout` → the session is refused from now on, on every instance, and its cookie taken away. Without a
 * session it is the same answer.
 *
 * @throws LoginRefusal ERR_IAM_METHOD, ERR_IAM_CROSS_SITE, ERR_IAM_STORE_UNAVAILABLE
 */
export async function logout(
  req: IamAuthRequest,
  res: ServerResponse,
  origin: string,
  service: Service,
): Promise<void> {
  const { sessions, config } = service
  requireMethod(req, 'POST')
  requireSameSite(req, origin)
  const identity = await sessions.read(req.headers.cookie, origin)
  if (identity !== undefined) {
    await sessions.revoke(identity)
    config.logger.info({ arn: identity.arn, origin }, 'logout')
  }
  res.appendHeader('Set-Cookie', sessions.remove())
  if (wantsPage(req)) sendPage(res, 200, LOGGED_OUT_PAGE)
  else sendNothing(res)
}
