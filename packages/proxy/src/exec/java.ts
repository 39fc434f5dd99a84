import type { HostPort } from '../config/config.js'

/**
 * `JAVA_TOOL_OPTIONS` for a proxy without a password (Java's own clients send none unless the program has code for it),
 * after what stands there already: of two options with one name the JVM takes the last.
 */
export function javaToolOptions(before: string | undefined, { host, port }: HostPort, noProxy: string): string {
  const direct = noProxy.split(',').flatMap(nonProxyHost).join('|')
  const both = ['http', 'https'].flatMap((scheme) => [`-D${scheme}.proxyHost=${host}`, `-D${scheme}.proxyPort=${port}`])
  // One list for both schemes. Without it Java leaves out the names of loopback, with it what is in it.
  return [...(before ? [before] : []), ...both, `-Dhttp.nonProxyHosts=${direct}`].join(' ')
}

/** Java's `*` is a prefix or suffix of names, and it knows no networks. */
function nonProxyHost(entry: string): string[] {
  if (entry === '' || entry.includes('/') || entry === '*') return entry === '*' ? ['*'] : []
  if (entry.startsWith('.')) return [`*${entry}`]
  return [entry.includes(':') && !entry.startsWith('[') ? `[${entry}]` : entry]
}
