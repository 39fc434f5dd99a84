import { X509Certificate } from 'node:crypto'
import { createLinuxSystemStore } from './linux-system.js'
import { createKeychainStore } from './macos.js'
import { createNssStores } from './nss.js'
import type { Root, StoreDeps, TrustStore } from './store.js'
import { createWindowsStore } from './windows.js'

/** The stores of this machine that we know how to change. */
export function findStores(deps: StoreDeps): TrustStore[] {
  if (deps.platform === 'darwin') return [createKeychainStore(deps)]
  if (deps.platform === 'win32') return [createWindowsStore(deps)]
  return [...createLinuxSystemStore(deps), ...createNssStores(deps)]
}

/** A root as stores are told of it. */
export function describeRoot(pem: string, path: string): Root {
  const { subject, fingerprint256 } = new X509Certificate(pem)
  const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? ''
  return { path, pem, name, sha256: fingerprint256.replaceAll(':', '') }
}
