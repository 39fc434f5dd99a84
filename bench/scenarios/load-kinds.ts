import type { Ability, Contender } from '../contenders/contender.js'
import type { Plan } from '../model.js'
import type { LoadQuestion } from '../workers/load-question.js'

const MIB = 1024 * 1024
/** Bytes. */
export const GIB = 1024 * MIB

/** A load of the benchmark's own. */
export interface Kind {
  readonly name: string
  readonly title: string
  readonly isMain?: boolean
  readonly abilities: readonly Ability[]
  readonly isTrusted: boolean
  /** The service speaks TLS, as `localhost`. @default false */
  readonly isSecure?: boolean
  /** Whom of all. @default all of the abilities */
  readonly choose?: (contenders: readonly Contender[]) => readonly Contender[]
  readonly question: (plan: Plan) => Omit<LoadQuestion, 'host' | 'proxyPort'>
  /** What the figures are a part of: bytes (CPU ms a GiB, MB/s), or something countable (CPU µs each). */
  readonly about: 'bytes' | 'connections' | 'requests' | 'messages'
}

const small = { path: '/bytes/200', expect: 200, count: 0 }

/** Every one, in the order in which they run. */
export const KINDS: readonly Kind[] = [
  {
    name: 'download',
    title: 'Downloads of 100 MB, one after another',
    isMain: true,
    abilities: ['http', 'reverse'],
    isTrusted: true,
    about: 'bytes',
    question: ({ isShort }) => ({
      path: `/bytes/${1e8}`,
      expect: 1e8,
      clients: 1,
      count: isShort ? 2 : 5,
      keepAlive: true,
    }),
  },
  {
    name: 'upload',
    title: 'Uploads of 10 MB, one after another',
    abilities: ['http', 'reverse'],
    isTrusted: true,
    about: 'bytes',
    question: () => ({ path: '/count', upload: 1e7, expect: 8, clients: 1, count: 20, keepAlive: true }),
  },
  {
    name: 'tunnel',
    title: '1 GiB down a CONNECT tunnel to an untrusted service',
    isMain: true,
    abilities: ['connect', 'tcp'],
    isTrusted: false,
    about: 'bytes',
    question: () => ({ tunnel: true, path: `/bytes/${GIB}`, expect: GIB, clients: 1, count: 1, keepAlive: true }),
  },
  {
    name: 'connect',
    title: 'CONNECT, one request, and the end: 32 at a time',
    abilities: ['connect', 'tcp'],
    isTrusted: false,
    about: 'connections',
    question: ({ isShort }) => {
      const count = isShort ? 500 : 2000
      return { ...small, tunnel: true, clients: 32, count, keepAlive: false }
    },
  },
  {
    name: 'intercept',
    title: 'GET of 200 B inside TLS that the proxy looks into, 32 clients',
    abilities: ['intercept'],
    isTrusted: true,
    isSecure: true,
    about: 'requests',
    question: ({ seconds }) => ({ ...small, tunnel: true, clients: 32, seconds, keepAlive: true }),
  },
  {
    name: 'websocket',
    title: 'A message of 64 B each way over WebSockets, 32 clients',
    abilities: ['websocket', 'connect'],
    isTrusted: true,
    about: 'messages',
    choose: (contenders) => contenders.flatMap(inBothForms),
    question: ({ seconds }) => ({ ...small, isWebSocket: true, tunnel: true, clients: 32, seconds, keepAlive: true }),
  },
]

/** What programs do, and what browsers do. */
function inBothForms(contender: Contender): Contender[] {
  if (contender.role !== 'ours') return [contender]
  return [contender, { ...contender, name: `${contender.name}, in a CONNECT`, abilities: ['connect'] }]
}
