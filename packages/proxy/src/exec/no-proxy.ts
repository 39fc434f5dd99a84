/** In the spellings that curl, Python, Go and Node understand alike. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1', '.localhost']

/** The proxy forwards to none of these, and the AWS tools of an instance or a container want their credentials from there. */
const METADATA = ['169.254.169.254', '169.254.170.2', '169.254.170.23', 'fd00:ec2::254', 'metadata.google.internal']

/** The hosts of both variables, once each. */
export function parseNoProxy(...values: readonly (string | undefined)[]): string[] {
  const entries = values.flatMap((value) => (value ?? '').split(/[\s,]+/)).filter((entry) => entry !== '')
  return [...new Set(entries)]
}

/**
 * What is asked for directly: what the user has said, this machine and its metadata. But for loopback hosts that are
 * trusted: whoever trusts one wants to be logged in there.
 */
export function formatNoProxy(given: readonly string[], trusted: readonly string[]): string {
  const proxied = new Set(trusted.map(loopbackFamily))
  const isDirect = (entry: string) => {
    const family = loopbackFamily(entry)
    return family === undefined || !proxied.has(family)
  }
  return [...new Set([...given, ...LOOPBACK, ...METADATA])].filter(isDirect).join(',')
}

/** Which loopback a host or a NO_PROXY entry is about. curl takes `localhost` for all names below it, and `.localhost` for it. */
function loopbackFamily(host: string): 'name' | 'v4' | 'v6' | undefined {
  if (/^(?:.*\.)?localhost$/i.test(host)) return 'name'
  if (/^127\.[\d.]*(?:\/\d+)?$/.test(host)) return 'v4'
  return /^\[?::1\]?(?:\/128)?$/.test(host) ? 'v6' : undefined
}
