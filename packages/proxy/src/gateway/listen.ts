import { ConfigError, type HostPort } from '../config/config.js'
import { parseHostPort } from '../config/host-port.js'

/** Where a gateway is found when nobody says another port, so that addresses stay the same. */
const DEFAULT_PORT = 8443
/** What browsers take `*.localhost` for, whatever a resolver would say: RFC 6761 §6.3. They try either first. */
const ADDRESSES = ['127.0.0.1', '::1'] as const
const LOOPBACK: readonly string[] = [...ADDRESSES, 'localhost']

/** The port of `--listen`. @throws ConfigError for what is no port of loopback */
export function parseListen(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT
  try {
    const { host, port } = parseHostPort(text.startsWith(':') ? `127.0.0.1${text}` : text)
    if (LOOPBACK.includes(host)) return port
  } catch (error) {
    throw new ConfigError([`--listen: ${(error as Error).message}`])
  }
  throw new ConfigError([
    '--listen: a gateway is for the browser on this machine, which looks for names below localhost at 127.0.0.1 and ' +
      '[::1] only. Write --listen 127.0.0.1:PORT; for other machines run the proxy, with a password',
  ])
}

type Listen = (host: string, port: number) => Promise<{ address: { port: number } }>

/**
 * Listens on both loopback addresses: whoever else had the other one would be taken for us, and get our cookies. Where there
 * is no IPv6 one is enough. Port 0 picks one. Rejects with the system's error.
 */
export async function listenOnLoopback(listen: Listen, port: number): Promise<HostPort> {
  const [host, other] = ADDRESSES
  const { address } = await listen(host, port)
  try {
    await listen(other, address.port)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!NO_IPV6.includes(code)) throw error
  }
  return { host, port: address.port }
}

const NO_IPV6: readonly string[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']
