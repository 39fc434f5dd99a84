import { readFileSync } from 'node:fs'
import { chown, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Keeper } from './cleanup.js'
import { freePort, untilListening } from './ports.js'
import { run } from './process.js'
import { findProgram } from './programs.js'
import { makeDirectory } from './temporary-directory.js'

/** A real HTTP proxy of another make. */
export interface CompanyProxy {
  readonly port: number
  /** What it was asked for and what it answered: `CONNECT localhost:8443 200`. A tunnel is noted when it ends. */
  asked(): string[]
}

export const squid = findProgram('squid')

export interface CompanyProxyOptions {
  /** Basic authentication. */
  readonly user: string
  readonly password: string
  /** The only port that CONNECT may be for. @default every port */
  readonly connectPort?: number
}

/** Debian's; others have it elsewhere. */
const PASSWORD_CHECK = '/usr/lib/squid/basic_ncsa_auth'
/** Root's squid becomes this user: Debian's `proxy`. */
const PROXY_UID = 13

export async function startSquid(keep: Keeper, options: CompanyProxyOptions): Promise<CompanyProxy> {
  if (squid === undefined) throw new Error('there is no squid')
  const directory = await makeDirectory(keep)
  const [port, log, users, configFile] = [
    await freePort(),
    join(directory, 'log'),
    join(directory, 'users'),
    join(directory, 'conf'),
  ]
  const hash = run('openssl', ['passwd', '-apr1', options.password], { stdio: ['ignore', 'pipe', 'pipe'] }, keep)
  await hash.ended
  await writeFile(users, `${options.user}:${hash.stdout()}`)
  await writeFile(log, '')
  await writeFile(configFile, configuration(options, { port, log, users, directory }))
  if (process.getuid?.() === 0) {
    await Promise.all([directory, users, log, configFile].map((path) => chown(path, PROXY_UID, PROXY_UID)))
  }
  const running = run(squid, ['-N', '-f', configFile], { stdio: ['ignore', 'pipe', 'pipe'] }, keep)
  await untilListening(port, running)
  return {
    port,
    asked: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
  }
}

function configuration(
  { connectPort }: CompanyProxyOptions,
  { port, log, users, directory }: { port: number; log: string; users: string; directory: string },
): string {
  const lines = [
    `http_port 127.0.0.1:${port}`,
    `auth_param basic program ${PASSWORD_CHECK} ${users}`,
    'auth_param basic children 1 startup=1',
    'acl known proxy_auth REQUIRED',
    ...(connectPort === undefined ? [] : [`acl allowed port ${connectPort}`, 'http_access deny CONNECT !allowed']),
    'http_access allow known',
    'http_access deny all',
    'cache deny all',
    'logformat asked %rm %ru %>Hs',
    `access_log stdio:${log} asked`,
    `cache_log ${join(directory, 'cache.log')}`,
    'pid_filename none',
    `coredump_dir ${directory}`,
    'shutdown_lifetime 0 seconds',
    'buffered_logs off',
    'visible_hostname company.test',
  ]
  return `${lines.join('\n')}\n`
}
