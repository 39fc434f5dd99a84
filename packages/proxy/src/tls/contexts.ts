import { setImmediate } from 'node:timers/promises'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Authority } from './authority.js'
import { generateKey, type PublicKey } from './certificate.js'
import { mintLeaf, requireCovered } from './leaf.js'

/** TLS contexts for the hosts of an authority, to be given to `SNICallback`. */
export interface LeafContexts {
  /** Rejects with RangeError where the authority does not cover the host, or has expired. */
  secureContextFor(host: string): Promise<SecureContext>
}

export interface LeafContextOptions {
  /** ms since 1970 */
  readonly now: () => number
  /** Hosts that are remembered; of more, the one that was asked for longest ago goes. @default 256 */
  readonly maxEntries?: number
}

interface Entry {
  readonly context: Promise<SecureContext>
  /** ms since 1970: from then on a new one is made. */
  renewAt: number
}

const MAX_ENTRIES = 256
/** Of what is left of a leaf's time: the rest is for connections that stay, and for clocks that are ahead. */
const RENEW_AFTER = 2 / 3

/**
 * Contexts with a leaf each, made when first asked for and kept until a third of its time is left. All leaves have one key,
 * that of this process: it is made off the main thread, once, and never written. Parallel questions for one host make one leaf.
 */
export function createLeafContexts(
  authority: Authority,
  { now, maxEntries = MAX_ENTRIES }: LeafContextOptions,
): LeafContexts {
  const entries = new Map<string, Entry>()
  const mint = createMint(authority, now)
  return {
    async secureContextFor(host) {
      // Before anything is remembered: strangers' names must not push out those that we serve.
      const name = requireCovered(authority, host)
      const known = entries.get(name)
      entries.delete(name)
      const entry = known !== undefined && now() < known.renewAt ? known : mint(name)
      entries.set(name, entry)
      forgetOldest(entries, maxEntries)
      try {
        return await entry.context
      } catch (error) {
        if (entries.get(name) === entry) entries.delete(name)
        throw error
      }
    },
  }
}

function createMint(authority: Authority, now: () => number): (host: string) => Entry {
  const ownKey = createOwnKey()
  const make = async (host: string, times: { renewAt: number }) => {
    const { publicKey, pem } = await ownKey()
    const madeAt = now()
    const { chainPem, notAfter } = mintLeaf(authority, host, publicKey, madeAt)
    times.renewAt = madeAt + (notAfter - madeAt) * RENEW_AFTER
    // Some milliseconds of work in all, in two turns: others need not wait for both.
    await setImmediate()
    // Clients show no certificate: no need for the roots of Node.
    return createSecureContext({ cert: chainPem, key: pem, ca: [], minVersion: 'TLSv1.2' })
  }
  return (host) => {
    const times = { renewAt: Number.POSITIVE_INFINITY }
    return Object.assign(times, { context: make(host, times) })
  }
}

/** One key for all, made by the first question; after a failure by the next one. */
function createOwnKey(): () => Promise<{ publicKey: PublicKey; pem: string }> {
  const make = async () => {
    const { publicKey, privateKey } = await generateKey()
    return { publicKey, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
  }
  let key: ReturnType<typeof make> | undefined
  return () => {
    key ??= make().catch((error) => {
      key = undefined
      throw error
    })
    return key
  }
}

/** A Map remembers the order in which its keys came. */
function forgetOldest(entries: Map<string, Entry>, maxEntries: number): void {
  for (const name of entries.keys()) {
    if (entries.size <= maxEntries) return
    entries.delete(name)
  }
}
