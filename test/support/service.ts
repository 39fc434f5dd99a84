import { ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import express, { type Express } from 'express'
import type { LocalAws } from 'iam-auth-local-aws'
import { type IamAuthHandler, type IamAuthOptions, type IamAuthRequest, iamAuth } from 'iam-auth-server-middleware'
import { WebSocketServer } from 'ws'
import { type Application, addRoutes } from './application.js'
import type { Keeper } from './cleanup.js'
import { keysOf } from './proxy.js'

/** A real Express service behind `iamAuth()`, in this process, with a clock that the test moves. */
export interface TestService extends Application {
  readonly port: number
  readonly url: string
  readonly aws: LocalAws
  readonly clock: { readonly ms: number; advance(seconds: number): void }
  /** Requests that reached the service, whatever became of them. */
  readonly arrived: string[]
  /** What the middleware logged. */
  readonly log: ({ message: string } & Record<string, unknown>)[]
  close(): void
}

export type ServiceOptions = Omit<IamAuthOptions, 'deps' | 'logger'> & {
  /** Routes before `iamAuth()`. */
  readonly before?: (app: Express) => void
  /** Routes behind it, beside those that all tests talk to. */
  readonly behind?: (app: Express) => void
  readonly port?: number
}

export async function startService(aws: LocalAws, keep: Keeper, options: ServiceOptions = {}): Promise<TestService> {
  const { before, behind, port: wantedPort = 0, ...given } = options
  const log: TestService['log'] = []
  let clockOffset = 0
  const clock = {
    get ms() {
      return Date.now() + clockOffset
    },
    advance(seconds: number) {
      clockOffset += seconds * 1000
    },
  }
  const note = (fields: object, message: string) => void log.push({ message, ...fields })
  const guard = iamAuth({
    realm: aws.state.account().id,
    kmsKeyId: aws.state.key().arn,
    secrets: ['a secret of these tests, of no use elsewhere'],
    endpoints: { kms: aws.endpoint, sts: aws.endpoint },
    credentials: async () => keysOf(aws, 'server'),
    publicPaths: ['/public', '/public/*'],
    ...given,
    logger: { info: note, warn: note, error: note },
    deps: { now: () => clock.ms },
  })
  const app = express()
  const arrived: string[] = []
  app.use((req, _res, next) => {
    arrived.push(`${req.method} ${req.originalUrl}`)
    next()
  })
  before?.(app)
  app.use(guard)
  behind?.(app)
  const application = addRoutes(app)
  const server = app.listen(wantedPort, '127.0.0.1')
  const webSockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (req: IamAuthRequest, socket, head) =>
    protectUpgrade(guard, req, socket as Socket, () =>
      webSockets.handleUpgrade(req, socket, head, (webSocket) => {
        webSocket.send(`hello ${req.iam?.arn}`)
        webSocket.on('message', (data) => webSocket.send(`echo ${data}`))
      }),
    ),
  )
  await new Promise((resolve) => server.once('listening', resolve))
  const close = () => {
    application.closeStreams()
    for (const webSocket of webSockets.clients) webSocket.terminate()
    server.close()
    server.closeAllConnections()
  }
  keep(close)
  const { port } = server.address() as AddressInfo
  return { ...application, aws, port, url: `http://127.0.0.1:${port}`, clock, arrived, log, close }
}

/** An upgrade goes through the same middleware; Node gives no response with it, so it is made here. */
function protectUpgrade(guard: IamAuthHandler, req: IamAuthRequest, socket: Socket, accept: () => void): void {
  const res = new ServerResponse(req)
  res.shouldKeepAlive = false
  res.assignSocket(socket)
  res.once('finish', () => socket.end())
  guard(req, res, () => {
    res.detachSocket(socket)
    accept()
  })
}
