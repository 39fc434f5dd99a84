import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { type Deps, type IamAuthOptions, iamAuth } from '../../src/index.js'

export const SECRET = 'a secret of these tests, of no use elsewhere'

interface LogLine {
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}

/** A protected service on a port of its own, in front of the embedded AWS, with a clock that the test moves. */
export interface TestService {
  readonly url: string
  readonly aws: LocalAws
  readonly log: LogLine[]
  readonly clock: { ms: number; advance(seconds: number): void }
  /** Codes of the refusals so far. */
  codes(): unknown[]
  /** Actions asked of AWS so far. */
  calls(): string[]
  close(): Promise<void>
}

export interface TestServiceOptions extends Omit<IamAuthOptions, 'deps'> {
  readonly deps?: Partial<Deps>
  /** Called with the application before and after `iamAuth()` is in use. */
  readonly before?: (app: Express) => void
  readonly after?: (app: Express) => void
  /** Shared by several instances. */
  readonly aws?: LocalAws
}

export async function startService(options: TestServiceOptions = {}): Promise<TestService> {
  const { before, after, aws = await startLocalAws(), ...given } = options
  const log: LogLine[] = []
  const clock = {
    ms: Date.now(),
    advance(seconds: number) {
      clock.ms += seconds * 1000
    },
  }
  const app = express()
  before?.(app)
  app.use(iamAuth(completeOptions(given, aws, log, clock)))
  after?.(app)
  app.get('/', (req, res) => void res.type('text').send(req.iam?.arn ?? 'nobody'))
  app.use((req, res) => void res.json({ iam: req.iam ?? null, path: req.path }))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    aws,
    log,
    clock,
    codes: () => log.filter(({ message }) => message === 'refused').map(({ code }) => code),
    calls: () => aws.calls().map(({ action }) => action),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await aws.close()
    },
  }
}

function completeOptions(
  options: Omit<IamAuthOptions, 'deps'> & { deps?: Partial<Deps> },
  aws: LocalAws,
  log: LogLine[],
  clock: { ms: number },
): IamAuthOptions {
  const at = (level: string) => (fields: object, message: string) => void log.push({ level, message, ...fields })
  const { accessKeyId = '', secretAccessKey = '' } = aws.state.user('server').accessKeys[0] ?? {}
  return {
    realm: aws.state.account().id,
    kmsKeyId: aws.state.key().arn,
    secrets: [SECRET],
    endpoints: { kms: aws.endpoint, sts: aws.endpoint },
    credentials: async () => ({ accessKeyId, secretAccessKey }),
    logger: { info: at('info'), warn: at('warn'), error: at('error') },
    ...options,
    deps: { now: () => clock.ms, ...options.deps },
  }
}
