import type { Socket } from 'node:net'
import type { Log } from '../log.js'
import type { UidOfPeer } from './peer-uid.js'
import { Refusal } from './refusal.js'

/** Whether a client may use this proxy at all, decided once a connection. */
export interface Admission {
  /** No request is looked at before. Never rejects. */
  readonly decided: Promise<void>
  isDecided: boolean
  isAdmitted: boolean
  /** Tells the log why a request was refused. */
  report(): void
}

/** Whoever reaches the listener: another check decides, or none. */
export const ADMITTED: Admission = {
  decided: Promise.resolve(),
  isDecided: true,
  isAdmitted: true,
  report: () => {},
}

/** A connection that is gone. */
export const GONE: Admission = { ...ADMITTED, isAdmitted: false }

export interface OwnUserOptions {
  readonly uidOfPeer: UidOfPeer
  readonly ownUid: number
  readonly log: Log
}

const ROOT = 0

/**
 * A check of new connections: only the user who runs this proxy, and root, who could become that user anyway. Whoever
 * cannot be told is somebody else.
 */
export function createOwnUserCheck({ uidOfPeer, ownUid, log }: OwnUserOptions): (client: Socket) => Admission {
  const report = reportOnce(log)
  return (client) => {
    let why: object = {}
    const decide = async () => {
      try {
        const uid = await uidOf(client, uidOfPeer)
        why = { uid: uid ?? 'unknown' }
        admission.isAdmitted = uid === ownUid || uid === ROOT
      } catch (error) {
        why = { error: (error as Error).message }
      }
      admission.isDecided = true
    }
    const admission = { decided: decide(), isDecided: false, isAdmitted: false, report: () => report(why) }
    return admission
  }
}

/** Throws Refusal 403 for a client that is not to use this proxy. */
export function requireAdmitted(admission: Admission): void {
  if (admission.isAdmitted) return
  admission.report()
  throw new Refusal(403, OWN_USER_ONLY, 'http_request_denied')
}

const OWN_USER_ONLY =
  'this proxy serves only the user who runs it. To use it as somebody else, or from a container, start it with ' +
  '--proxy-auth-file and give the password'

async function uidOf(client: Socket, uidOfPeer: UidOfPeer): Promise<number | undefined> {
  const { remoteAddress, remotePort, localAddress, localPort } = client
  if (!remoteAddress || !remotePort || !localAddress || !localPort) return undefined
  return uidOfPeer({ address: remoteAddress, port: remotePort }, { address: localAddress, port: localPort })
}

const REPORT_LIMIT = 100

/** Each reason once: a stranger must not fill our log. */
function reportOnce(log: Log): (why: object) => void {
  const reported = new Set<string>()
  return (why) => {
    const key = JSON.stringify(why)
    if (reported.has(key) || reported.size >= REPORT_LIMIT) return
    reported.add(key)
    log.warn({ ...why }, 'client refused: not the user who runs this proxy')
  }
}
