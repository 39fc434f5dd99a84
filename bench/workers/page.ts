/** A page of Express, with nothing before it, with a session of cookie-session, or behind `iamAuth()`. */
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import express, { type Express, type Request, type RequestHandler } from 'express'
import { iamAuth } from 'iam-auth-server-middleware'
import type { AwsAnswer } from './aws-question.js'
import { answerQuestions } from './connect.js'
import { guardOptions } from './guard-options.js'

/** Asked once. */
export interface PageQuestion {
  readonly kind: 'nothing' | 'cookie-session' | 'iamAuth()'
  readonly aws: AwsAnswer
}

answerQuestions(async ({ kind, aws }: PageQuestion) => {
  const app = express().disable('x-powered-by').disable('etag')
  if (kind === 'iamAuth()') app.use(iamAuth(guardOptions(aws)))
  if (kind === 'cookie-session') useCookieSession(app)
  app.get('/', (_req, res) => void res.type('text/plain').send('x'.repeat(200)))
  const server = createServer({ keepAliveTimeout: 0 }, app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return { port: (server.address() as AddressInfo).port }
})

type WithSession = Request & { session: { user?: string } }

/** As its manual has it; the first answer sets the cookie, and who has one is known by it. */
function useCookieSession(app: Express): void {
  const require = createRequire(new URL('../peers/package.json', import.meta.url))
  const cookieSession = require('cookie-session') as (options: object) => RequestHandler
  app.use(cookieSession({ name: 'session', keys: ['a secret of this benchmark, of no use elsewhere'] }))
  app.use((req, _res, next) => {
    const { session } = req as WithSession
    session.user ??= 'alice'
    next()
  })
}
