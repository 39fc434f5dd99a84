import { X509Certificate } from 'node:crypto'
import { toJson } from '../trust/file-format.js'
import type { ProxyConfig } from './config.js'
import { formatHostPort } from './host-port.js'
import { formatRoute } from './upstream-proxy.js'

/** The configuration as JSON for `--print-config`: secrets masked, ARNs in full. */
export function formatConfig(config: ProxyConfig): string {
  const { bind, socksProxy, upstreamRoutes, trust, upstreamCa } = config
  const shown = {
    ...config,
    bind: formatHostPort(bind),
    socksProxy: socksProxy && { ...socksProxy, address: formatHostPort(socksProxy) },
    upstreamRoutes: upstreamRoutes.map(formatRoute),
    trust: trust.map(toJson),
    upstreamCa: upstreamCa.map((pem) => new X509Certificate(pem).subject),
    credentials: { ...config.credentials, mfa: config.credentials.mfa?.serialNumber },
  }
  return JSON.stringify(shown, undefined, 2)
}
