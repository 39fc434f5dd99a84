import type { BenchArguments } from '../arguments.js'
import type { Contender } from './contender.js'
import { debianPeers } from './debian.js'
import { goproxies } from './goproxy.js'
import { nodePeers } from './node-peers.js'
import { ours } from './ours.js'

/** Everybody, us first; then those that the command line adds. */
export function allContenders(added: readonly (readonly [name: string, command: string])[]): Contender[] {
  return [ours, ...goproxies, ...nodePeers, ...debianPeers, ...added.map(fromCommandLine)]
}

/** Whom the targets name most: the short form has only these. */
const MAIN = ['goproxy', 'http-proxy, keep-alive', 'node:http by hand', 'squid', 'nginx']

/** Whom a run is against: who was asked for; in the short form otherwise the main ones and those added; else all (none named). */
export function contendersOf({
  against,
  proxies,
  plan,
}: Pick<BenchArguments, 'against' | 'proxies' | 'plan'>): readonly string[] {
  if (against.length > 0 || !plan.isShort) return against
  return [...MAIN, ...proxies.map(([name]) => name)]
}

/** Ours, and those that are asked for. Throws TypeError for a name that none begins with. */
export function chooseContenders(all: readonly Contender[], against: readonly string[]): readonly Contender[] {
  const unknown = against.find((beginning) => !all.some(({ name }) => name.startsWith(beginning)))
  if (unknown !== undefined) {
    throw new TypeError(`no contender is called ${unknown}; there are: ${all.map(({ name }) => name).join('; ')}`)
  }
  if (against.length === 0) return all
  return all.filter(({ name, role }) => role === 'ours' || against.some((beginning) => name.startsWith(beginning)))
}

/** `exec`, so that its process is the one that is measured and ended. */
function fromCommandLine([name, command]: readonly [string, string]): Contender {
  return {
    name,
    role: 'peer',
    abilities: ['http', 'connect', 'websocket'],
    missing: () => undefined,
    prepare({ port, upstream }) {
      const line = command.replaceAll('{port}', String(port)).replaceAll('{upstream}', String(upstream))
      return { command: ['sh', '-c', `exec ${line}`] }
    },
  }
}
