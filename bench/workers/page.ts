/** A page of Express, with nothing before it, with a session of cookie-session, or behind `iamAuth()`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Express, type RequestHandler } from 'express'
import { iamAuth } from 'iam-auth-server-middleware'
import { peersFolder } from '../contenders/node-peers.js'
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
  if (kind === 'cookie-session') await useCookieSession(app)
  app.get('/', (_req, res) => void res.type('text/plain').send('x'.repeat(200)))
  const server = createServer({ keepAliveTimeout: 0 }, app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return { port: (server.address() as AddressInfo).port }
})

async function useCookieSession(app: Express): Promise<void> {
  // The peers are no part of this project's types.
  const peer = (await import(`${peersFolder}cookie-session.mjs`)) as {
    withSession: RequestHandler[]
  }
  app.use(peer.withSession)
}
