import type { Certificate } from '../../test/support/https.js'
import type { AwsAnswer } from '../workers/aws-question.js'

/** What a contender may be asked to do. `reverse` and `tcp`: it is the service itself for whoever connects, by requests or by bytes. */
export type Ability = 'http' | 'connect' | 'socks' | 'intercept' | 'websocket' | 'reverse' | 'tcp'

/** Where a contender is to be, and what it is to reach. All on 127.0.0.1. */
export interface Site {
  /** The port it must listen on. */
  readonly port: number
  /** The service's port. */
  readonly upstream: number
  /** A folder of its own, empty, removed in the end. */
  readonly directory: string
  /** Whether we trust the service, and so look into what it says. @default true */
  readonly isTrusted?: boolean
  /** So many origins are trusted beside the service. @default 0 */
  readonly alsoTrusted?: number
  /** The port of the SOCKS5 server to go through. */
  readonly socks?: number
  /** Where and as whom it logs in, and to which services, each with the version of the protocol that it speaks with them. */
  readonly login?: { readonly aws: AwsAnswer; readonly ports: readonly number[]; readonly version: 1 | 2 }
  /** The service speaks TLS, and is to be looked into: as which name, or `*.` and what its names end in. */
  readonly secure?: { readonly name: string; readonly certificate: Certificate }
}

/** A process to start. */
export interface Launch {
  readonly command: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** A proxy to measure. */
export interface Contender {
  readonly name: string
  /** `limit`: not a forward proxy, shown for what is possible. */
  readonly role: 'ours' | 'peer' | 'limit'
  readonly abilities: readonly Ability[]
  /** It closes every connection after one answer without saying so, which is then no error. */
  readonly closesUnannounced?: true
  /** It compiles what is hot while it runs, so that its first seconds of load say little. */
  readonly warmsUp?: true
  /** Why it cannot run here, and the Debian packages that change it; undefined where it can. */
  missing(): Missing | undefined
  /** Writes its configuration. */
  prepare(site: Site): Launch | Promise<Launch>
}

export interface Missing {
  readonly reason: string
  readonly packages: readonly string[]
}
