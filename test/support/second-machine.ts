import { spawnSync } from 'node:child_process'
import type { Keeper } from './cleanup.js'
import { findProgram } from './programs.js'

/** A host of its own on a cable of its own: a network namespace. `here` and `there` are the ends of the cable. */
export interface SecondMachine {
  readonly here: string
  readonly there: string
  /** What runs a program there: to be written before it. */
  readonly exec: readonly string[]
}

const ip = findProgram('ip')

/** Undefined where there is no `ip`, or where it may not do this. The addresses are of RFC 2544, for tests. */
export function startSecondMachine(keep: Keeper): SecondMachine | undefined {
  if (ip === undefined) return undefined
  const name = `iam-auth-${process.pid}`
  const [near, far] = [`iamh${process.pid}`, `iamt${process.pid}`]
  // A network of four addresses for each run: two may run at once.
  const [net, first] = [process.pid & 255, ((process.pid >> 8) & 63) * 4]
  const [here, there] = [`198.18.${net}.${first + 1}`, `198.18.${net}.${first + 2}`]
  const run = (command: string) => spawnSync(ip, command.split(' '), { stdio: 'ignore' }).status === 0
  if (!run(`netns add ${name}`)) return undefined
  keep(() => {
    run(`link del ${near}`)
    run(`netns del ${name}`)
  })
  const isReady = [
    `link add ${near} type veth peer name ${far} netns ${name}`,
    `addr add ${here}/30 dev ${near}`,
    `link set ${near} up`,
    `-n ${name} addr add ${there}/30 dev ${far}`,
    `-n ${name} link set ${far} up`,
    `-n ${name} link set lo up`,
  ].every(run)
  return isReady ? { here, there, exec: [ip, 'netns', 'exec', name] } : undefined
}
