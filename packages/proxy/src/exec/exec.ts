import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { Env, ProxyConfig, ProxyFlags } from '../config/config.js'
import { formatHostPort } from '../config/host-port.js'
import { resolveConfig } from '../config/resolve.js'
import { readSecretFile } from '../config/secret-file.js'
import { startWarnings } from '../config/warnings.js'
import { createLog, type Log } from '../log.js'
import { startProxy } from '../main.js'
import { Secret } from '../secret.js'
import { authorityEnvironment } from '../tls/environment.js'
import { type CommandLine, runChild } from './child.js'
import { endLike } from './end-like.js'
import { proxyEnvironment } from './environment.js'
import { proxiedLoopback } from './loopback.js'
import { createNotices } from './notices.js'
import { promptInForeground } from './prompt.js'

/** As long as a key of 192 bits; base64url needs no escaping in a URL. */
const PASSWORD_BYTES = 24

/**
 * Runs a command behind a proxy that only it knows: on a port the system picks, with a password that exists in this process
 * and in the command's environment. Ends this process as the command ends; returns in no other case.
 * Rejects with ConfigError, or the system's error, before the command is started.
 */
export async function execBehindProxy(command: CommandLine, flags: ProxyFlags, env: Env): Promise<never> {
  const config = privateConfig(flags, env)
  const log = logOf(config, flags)
  const loopback = proxiedLoopback(config)
  const authority = await authorityEnvironment(dirname(config.trustFiles.user), env)
  const proxy = await startProxy(config, log, promptInForeground, env)
  for (const warning of startWarnings(config, env)) log.warn({}, warning)
  const proxyUrl = urlOf(config, formatHostPort(proxy.address))
  const { variables, warnings } = proxyEnvironment({ proxyUrl, before: env, loopback, authority })
  for (const warning of warnings) log.warn({}, warning)
  const ending = await runChild(command, { ...env, ...variables })
  return endLike(ending, command.file)
}

function privateConfig(flags: ProxyFlags, env: Env): ProxyConfig {
  // The password of another proxy is none of this one's.
  const config = resolveConfig(
    { logLevel: 'warn', ...flags, bind: '127.0.0.1:0' },
    { ...env, IAM_AUTH_PROXY_AUTH: undefined },
    readSecretFile,
  )
  const password = new Secret(randomBytes(PASSWORD_BYTES).toString('base64url'))
  return { ...config, bind: { host: '127.0.0.1', port: 0 }, proxyAuth: { username: 'exec', password } }
}

function logOf({ logLevel: level, logFormat: format }: ProxyConfig, flags: ProxyFlags): Log {
  const write = (line: string) => void process.stderr.write(line)
  return flags.logFormat === undefined
    ? createNotices({ level, write })
    : createLog({ format, level, write, now: Date.now })
}

function urlOf({ proxyAuth }: ProxyConfig, address: string): string {
  return `http://${proxyAuth?.username}:${proxyAuth?.password.reveal()}@${address}`
}
