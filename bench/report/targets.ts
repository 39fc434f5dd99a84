import { SDK_ALONE } from '../scenarios/login.js'
import { aheadOf, type Bound, difference, type Lookup, minus, OURS, own, ratio, sum } from './bounds.js'

/** What a figure must be, and what it should be. */
export interface Target {
  readonly what: string
  readonly least: Bound
  readonly aim?: Bound
}

const DEFAULT = 'goproxy, default'
const LARGE = 'goproxy, large pool'
const HTTP_PROXY = 'http-proxy, keep-alive'
/** The row of logins that are made one after another. */
const LOGIN = 'version 2, one at a time'

/** In the order in which they are shown. */
export const TARGETS: readonly Target[] = [
  {
    what: 'CPU of a forwarded 200-byte GET, 32 clients',
    least: ratio('forward-32', 'cpu', DEFAULT, 0.75),
    aim: ratio('forward-32', 'cpu', LARGE, 0.75),
  },
  {
    what: 'p50 of a GET, one client',
    least: ratio('forward-1', 'p50', DEFAULT, 1.2),
    aim: ratio('forward-1', 'p50', DEFAULT, 1),
  },
  {
    what: 'CPU of a forwarded 64-KiB GET, 32 clients',
    least: aheadOf('forward-64KiB', 'cpu', [HTTP_PROXY, DEFAULT, 'squid']),
    aim: ratio('forward-64KiB', 'cpu', LARGE, 1),
  },
  ...['download', 'upload'].map((scenario) => ({
    what: `CPU of ${scenario}s`,
    least: aheadOf(scenario, 'cpu', [HTTP_PROXY, DEFAULT, 'squid']),
    aim: ratio(scenario, 'cpu', LARGE, 1),
  })),
  {
    what: 'CPU of 1 GiB through a tunnel',
    least: aheadOf('tunnel', 'cpu', ['haproxy (tcp)', 'squid', 'node:http by hand']),
    aim: ratio('tunnel', 'cpu', LARGE, 2),
  },
  {
    what: 'CPU of a GET through SOCKS, beside the same without',
    least: ratio('socks', 'cpu', `${OURS} (no SOCKS)`, 1.2),
  },
  {
    what: 'peak memory with 256 clients',
    least: own('memory', 'clients', 120, 'MB'),
    aim: own('memory', 'clients', 80, 'MB'),
  },
  ...['download', 'upload'].map((way) => ({
    what: `memory that 1 GiB adds: ${way}`,
    least: own('memory', way, 64, 'MB'),
  })),
  {
    what: 'start, beyond an empty Node',
    least: difference('startup', 'wall', 'node -e 0', 60, 'ms'),
    aim: difference('startup', 'wall', 'node -e 0', 25, 'ms'),
  },
  {
    what: 'the first 100 requests of a process',
    least: ratio('cold', 'mean', HTTP_PROXY, 1 / 1.5),
    aim: ratio('cold', 'mean', HTTP_PROXY, 1 / 3),
  },
  {
    what: 'CPU of a request inside TLS, beside mockttp',
    least: ratio('intercept', 'cpu', 'mockttp', 1 / 3),
    aim: ratio('intercept', 'cpu', 'mockttp', 1 / 6),
  },
  {
    what: 'CPU of a request inside TLS, beside mitmproxy',
    least: ratio('intercept', 'cpu', 'mitmproxy', 1 / 6),
    aim: ratio('intercept', 'cpu', 'mitmproxy', 1 / 12),
  },
  {
    what: 'the certificate of a new host',
    least: {
      text: '≤ 2 ms of CPU',
      limit: 2,
      look: (at) => minus(at('leaf', `${OURS}, a new host`, 'cpu'), at('leaf', `${OURS}, again`, 'cpu'), 1000),
    },
  },
  {
    what: 'CPU of the proxy a login, without that of the AWS SDK',
    least: { text: '≤ 3 ms', limit: 3, look: ownOfLogin },
    aim: { text: '≤ 1.5 ms', limit: 1.5, look: ownOfLogin },
  },
  {
    what: 'what iamAuth() adds to a request with a session',
    least: { text: '≤ 60 µs of CPU', limit: 60, look: addedByGuard },
    aim: { text: '≤ 30 µs of CPU', limit: 30, look: addedByGuard },
  },
  {
    what: 'calls of AWS for requests with a session',
    least: { text: '0', limit: 0, look: (at) => at('middleware', 'iamAuth()', 'calls') },
  },
  ...[LOGIN, 'version 1, one at a time'].map((row) => ({
    what: `calls of AWS a login: ${row}`,
    least: {
      text: '≤ 1 Encrypt, 1 Decrypt, 1 STS',
      limit: 3,
      look: (at: Lookup) => sum(at, 'login', row, ['Encrypt', 'Decrypt', 'GetCallerIdentity', 'GetSessionToken']),
    },
  })),
  {
    what: 'logins made of 20 requests at once',
    least: { text: '1', limit: 1, look: (at) => at('login', 'version 2, 20 at once', 'Encrypt') },
  },
]

function ownOfLogin(at: Lookup): number | undefined {
  return minus(at('login', LOGIN, 'cpu'), at('login', SDK_ALONE, 'cpu'), 1)
}

function addedByGuard(at: Lookup): number | undefined {
  return minus(at('middleware', 'iamAuth()', 'cpu'), at('middleware', 'nothing', 'cpu'), 1)
}
