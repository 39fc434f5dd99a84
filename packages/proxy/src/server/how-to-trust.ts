import { formatTrustCommand } from '../trust/shell.js'

const SCHEMES: Readonly<Record<number, string>> = { 80: 'http', 443: 'https' }

/** The command that trusts a host (as in a URL, without brackets) and port. They tell the scheme only where it is the port's own. */
export function howToTrust(host: string, port: number, likely: 'http' | 'https'): string {
  const { origin } = new URL(`${SCHEMES[port] ?? likely}://${host.includes(':') ? `[${host}]` : host}:${port}`)
  return formatTrustCommand('add', origin)
}
