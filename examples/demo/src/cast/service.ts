import { randomBytes } from 'node:crypto'
import http from 'node:http'
import express from 'express'
import { type IamAuthOptions, iamAuth } from 'iam-auth-server-middleware'
import { type Listening, listen } from '../wire/listen.js'
import type { Aws } from './aws.js'

export interface ServiceOptions {
  readonly aws: Aws
  /** Where its own AWS calls go. */
  readonly endpoint: string
  readonly port?: number
  readonly onLogin?: NonNullable<IamAuthOptions['onLogin']>
}

/** The service of the demo: an Express application, and one line that asks for a login. */
export async function startService({ aws, endpoint, port, onLogin }: ServiceOptions): Promise<Listening> {
  const app = express().disable('x-powered-by')
  app.use(
    iamAuth({
      realm: aws.account,
      kmsKeyId: aws.keyArn,
      secrets: [randomBytes(32).toString('base64url')],
      protocols: [1, 2],
      salt: 'demo',
      endpoints: { kms: endpoint, sts: endpoint },
      credentials: async () => aws.credentialsOf('server'),
      logger: { info: () => {}, warn: () => {}, error: () => {} },
      onLogin,
    }),
  )
  app.get('/', (req, res) => {
    res.type('text/plain').send(`You are ${req.iam?.arn}\n`)
  })
  return listen(http.createServer(app), port)
}
