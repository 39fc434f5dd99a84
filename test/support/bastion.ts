import { chown, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Keeper } from './cleanup.js'
import { freePort, untilListening } from './ports.js'
import { run } from './process.js'
import { findProgram } from './programs.js'
import { makeDirectory } from './temporary-directory.js'

/** A real sshd, and an `ssh -N -D` to it. */
export interface Bastion {
  /** `127.0.0.1:<port>`: for `--socks-proxy`. */
  readonly socks: string
  /** Ends the ssh and the sshd. */
  kill(): Promise<void>
}

const programs = { sshd: findProgram('sshd'), ssh: findProgram('ssh'), keygen: findProgram('ssh-keygen') }

/** All of them, or undefined. */
export const openSsh =
  programs.sshd && programs.ssh && programs.keygen ? (programs as Record<'sshd' | 'ssh' | 'keygen', string>) : undefined

/** Root's sshd wants a directory of the system's, which need not be there; anybody else's wants none. */
const UNPRIVILEGED = { uid: 65_534, gid: 65_534, user: 'nobody' }

export async function startBastion(keep: Keeper): Promise<Bastion> {
  if (openSsh === undefined) throw new Error('there is no sshd')
  const { sshd, ssh } = openSsh
  const isRoot = process.getuid?.() === 0
  const { user, ...identity } = isRoot ? UNPRIVILEGED : { user: userInfo().username }
  const directory = await makeDirectory(keep)
  const [hostKey, userKey] = await Promise.all([makeKey(directory, 'host', keep), makeKey(directory, 'user', keep)])
  const [sshPort, socksPort] = [await freePort(), await freePort()]
  const authorized = join(directory, 'authorized')
  await writeFile(authorized, await readFile(`${userKey}.pub`))
  const known = join(directory, 'known')
  await writeFile(known, `[127.0.0.1]:${sshPort} ${await readFile(`${hostKey}.pub`, 'utf8')}`)
  const options = ['StrictModes no', 'UsePAM yes', 'PasswordAuthentication no', 'PidFile none', 'LogLevel INFO']
  const config = [
    `Port ${sshPort}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorized}`,
  ]
  const configFile = join(directory, 'sshd_config')
  await writeFile(configFile, `${[...config, ...options].join('\n')}\n`)
  if (isRoot) {
    const owned = [directory, hostKey, authorized, configFile]
    await Promise.all(owned.map((path) => chown(path, UNPRIVILEGED.uid, UNPRIVILEGED.gid)))
  }
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  const server = run(sshd, ['-D', '-e', '-f', configFile], { ...identity, stdio: [...stdio] }, keep)
  await server.says(/Server listening/)
  const common = ['-F', '/dev/null', '-i', userKey, '-p', String(sshPort), '-o', `UserKnownHostsFile=${known}`]
  const args = [...common, '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none', '-o', 'BatchMode=yes']
  const forward = ['-N', '-D', `127.0.0.1:${socksPort}`, '-o', 'ExitOnForwardFailure=yes', `${user}@127.0.0.1`]
  const client = run(ssh, [...args, ...forward], { stdio: [...stdio] }, keep)
  await untilListening(socksPort, client)
  return {
    socks: `127.0.0.1:${socksPort}`,
    async kill() {
      await client.stop('SIGTERM')
      await server.stop('SIGTERM')
    },
  }
}

async function makeKey(directory: string, name: string, keep: Keeper): Promise<string> {
  const file = join(directory, name)
  const args = ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]
  await run(openSsh?.keygen ?? '', args, { stdio: ['ignore', 'pipe', 'pipe'] }, keep).ended
  return file
}
