/** A service of Express behind `iamAuth()`, as its users write it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { iamAuth } from 'iam-auth-server-middleware'
import { startOriginalServer } from '../../test/interop/original/original-server.js'
import type { AwsAnswer } from './aws-question.js'
import { answerQuestions } from './connect.js'
import { guardOptions } from './guard-options.js'

/** How it is to be, at the first question; and on how many ports. */
export interface GuardedQuestion {
  readonly aws: AwsAnswer
  readonly ports: number
  /** Of the protocol: the only one it speaks. */
  readonly version: 1 | 2
}

const BODY = 'x'.repeat(200)

/** Listens on so many ports: to the proxy each is a service of its own. Version 1 alone is not offered by ours: a stand-in of the original's. */
answerQuestions(async ({ aws, ports, version }: GuardedQuestion) => {
  const starting = version === 1 ? () => startOriginal(aws) : startOurs(aws)
  const opened = []
  for (let at = 0; at < ports; at++) opened.push(await starting())
  return { ports: opened, bytes: version === 1 ? aws.aliceArn.length : BODY.length }
})

function startOurs(aws: AwsAnswer): () => Promise<number> {
  const app = express()
    .disable('x-powered-by')
    .use(iamAuth(guardOptions(aws)))
  app.get('/', (_req, res) => void res.type('text/plain').send(BODY))
  return async () => {
    const server = createServer(app).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return (server.address() as AddressInfo).port
  }
}

async function startOriginal({ endpoint, region, account, keyArn, server }: AwsAnswer): Promise<number> {
  const { port } = await startOriginalServer({
    endpoint,
    region,
    account,
    kmsKeyArn: keyArn,
    salt: 'of the benchmark',
    credentials: server,
  })
  return port
}
