import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Ability, Contender } from './contender.js'

/** Libraries, each in a small program of its own in bench/peers: name, program, further arguments, abilities. */
const PROGRAMS: readonly (readonly [string, string, readonly string[], readonly Ability[]])[] = [
  ['node:http by hand', 'by-hand', [], ['http', 'connect', 'socks']],
  ['http-proxy, keep-alive', 'http-proxy', ['keep-alive'], ['http', 'socks', 'websocket']],
  ['http-proxy, default', 'http-proxy', [], ['http']],
  ['http-proxy-3', 'http-proxy-3', [], ['http']],
  ['httpxy', 'httpxy', [], ['http']],
  ['proxy-chain', 'proxy-chain', [], ['http', 'connect']],
  ['undici dispatch', 'undici-dispatch', [], ['http']],
  ['mockttp', 'mockttp', [], ['intercept']],
]

/** Where `npm ci` has put the libraries. */
export const peersFolder = fileURLToPath(new URL('../peers/', import.meta.url))

export const nodePeers: readonly Contender[] = PROGRAMS.map(([name, program, args, abilities]) => ({
  name,
  role: 'peer',
  warmsUp: true,
  abilities,
  missing: () =>
    program === 'by-hand' || existsSync(`${peersFolder}node_modules`)
      ? undefined
      : { reason: 'its library could not be installed (npm ci in bench/peers)', packages: [] },
  prepare: ({ port, socks }) => ({
    command: [process.execPath, `${peersFolder}${program}.mjs`, String(port), ...(socks ? [`socks:${socks}`] : args)],
  }),
}))
