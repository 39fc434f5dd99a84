import { answer } from './http/answer.js'
import { type Call, createCallLog } from './http/calls.js'
import { createFaults, type Fault } from './http/faults.js'
import { listen } from './http/listen.js'
import { formatTotp } from './iam/totp.js'
import { type IssuedSession, issueSession, type SessionRequest } from './issue-session.js'
import { type LocalAwsOptions, resolveOptions } from './options.js'
import { createSigningKeyCache } from './sigv4/signature.js'
import { createState, type LocalAwsState, populateWorld } from './state.js'

/** An embedded AWS that listens. */
export interface LocalAws {
  /** `http://127.0.0.1:<port>`: for `AWS_ENDPOINT_URL` and the clients' `endpoint`. */
  readonly endpoint: string
  readonly port: number
  readonly region: string
  /** Accounts, users, roles and keys. */
  readonly state: LocalAwsState
  /** The calls received since the start or the last reset, oldest first. */
  calls(): readonly Call[]
  resetCalls(): void
  /** Injects a fault; returns a function that takes it back. */
  fault(fault: Fault): () => void
  clearFaults(): void
  /** Makes temporary credentials without asking STS. */
  issueSession(request: SessionRequest): IssuedSession
  /** The code that an MFA device shows now. @default the first device of the first user */
  totp(serialNumber?: string): string
  /** Stops listening and drops every connection. */
  close(): Promise<void>
}

/**
 * Starts an embedded AWS on 127.0.0.1.
 *
 * Throws `TypeError` for a bad option or seed, and Node's error (`EADDRINUSE`) if the port is taken.
 *
 * @example
 * const aws = await startLocalAws()
 * const { accessKeyId, secretAccessKey } = aws.state.user('alice').accessKeys[0]
 * const sts = new STSClient({ endpoint: aws.endpoint, region: aws.region, credentials: { accessKeyId, secretAccessKey } })
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const { port: askedPort, region, account, seed, now, sessionTokenLength, callLimit } = resolveOptions(options)
  const world = populateWorld(seed, region, account, now)
  const state = createState(world, now)
  const calls = createCallLog(callLimit)
  const faults = createFaults()
  const deps = {
    world,
    now,
    sessionTokenLength,
    calls,
    faults,
    findCredential: (accessKeyId: string) => world.credentials.get(accessKeyId),
    signingKey: createSigningKeyCache(),
  }
  const { port, close } = await listen({ port: askedPort, now, answer: (request) => answer(request, deps) })
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    region,
    state,
    calls: calls.list,
    resetCalls: calls.reset,
    fault: faults.add,
    clearFaults: faults.clear,
    issueSession: (request) => issueSession(request, state, deps),
    totp: (serialNumber) => formatTotp(findMfaSecret(state, serialNumber), now()),
    close,
  }
}

function findMfaSecret(state: LocalAwsState, serialNumber: string | undefined): string {
  const [, , , , accountId = ''] = serialNumber?.split(':') ?? []
  const users = [...state.account(accountId || undefined).users.values()]
  const devices = users.flatMap((user) => user.mfaDevices)
  const device = devices.find((candidate) => serialNumber === undefined || candidate.serialNumber === serialNumber)
  if (device === undefined) throw new TypeError(`there is no MFA device ${serialNumber ?? 'at all'}`)
  return device.secret
}
