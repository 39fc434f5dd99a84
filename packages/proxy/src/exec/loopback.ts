import type { ProxyConfig } from '../config/config.js'
import { readTrust } from '../trust/live.js'

/** Loopback names that somebody trusts, and with `--allow-loopback` all of them: the command shall ask for these by proxy. */
export function proxiedLoopback({ allowLoopback, trust: flags, trustFiles: files }: ProxyConfig): readonly string[] {
  if (allowLoopback) return ['localhost', '127.0.0.1', '::1']
  const { inForce } = readTrust({ flags, files, uid: process.getuid?.() })
  return inForce.map(({ name }) => name.replace(/^https?:\/\//, '').replace(/:\d+$/, ''))
}
