import type { Contender } from './contender.js'
import { debianPeers } from './debian.js'
import { goproxies } from './goproxy.js'
import { nodePeers } from './node-peers.js'
import { ours } from './ours.js'

/** Everybody, us first; then those that the command line adds. */
export function allContenders(added: readonly (readonly [name: string, command: string])[]): Contender[] {
  return [ours, ...goproxies, ...nodePeers, ...debianPeers, ...added.map(fromCommandLine)]
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
