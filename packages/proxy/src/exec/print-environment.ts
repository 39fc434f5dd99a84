import net from 'node:net'
import { dirname } from 'node:path'
import { ConfigError, type Env, type HostPort, type ProxyConfig, type ProxyFlags } from '../config/config.js'
import { formatHostPort } from '../config/host-port.js'
import { resolveConfig } from '../config/resolve.js'
import { readSecretFile } from '../config/secret-file.js'
import { authorityEnvironment } from '../tls/environment.js'
import { proxyEnvironment } from './environment.js'
import { formatAssignments, isShell, SHELLS, type Shell } from './exports.js'
import { javaToolOptions } from './java.js'
import { proxiedLoopback } from './loopback.js'
import { createNotices } from './notices.js'
import { environmentBefore, remembering, restored } from './saved-environment.js'

export type PrintFlags = ProxyFlags & { readonly shell?: string; readonly unset?: boolean }

/**
 * Prints what a shell must run to use the proxy of these flags, or to go back to what was before. Whatever a person should
 * know goes to stderr: stdout is run.
 *
 * @throws ConfigError
 */
export async function printEnvironment(flags: PrintFlags, env: Env, print: (text: string) => void): Promise<void> {
  const log = createNotices({ level: 'warn', write: (line) => void process.stderr.write(line) })
  const shell = shellOf(flags.shell, env)
  if (flags.unset) {
    const undo = restored(env)
    if (undo === undefined) log.warn({}, 'nothing to undo: this environment was not set by iam-auth-proxy env')
    else print(formatAssignments(undo, shell))
    return
  }
  const config = resolveConfig(flags, env, readSecretFile)
  const { variables, warnings } = await variablesOf(config, environmentBefore(env))
  for (const warning of warnings) log.warn({}, warning)
  const address = reachable(config.bind)
  if (!(await isListening(address))) {
    log.warn({}, `nothing listens on ${formatHostPort(address)} yet: start iam-auth-proxy, or name it with --bind`)
  }
  print(formatAssignments(remembering(variables, env), shell))
}

async function variablesOf(config: ProxyConfig, before: Env): Promise<ReturnType<typeof proxyEnvironment>> {
  const { proxyAuth } = config
  const address = reachable(config.bind)
  const user =
    proxyAuth === undefined
      ? ''
      : `${encodeURIComponent(proxyAuth.username)}:${encodeURIComponent(proxyAuth.password.reveal())}@`
  const authority = await authorityEnvironment(dirname(config.trustFiles.user), before)
  const proxyUrl = `http://${user}${formatHostPort(address)}`
  const { variables, warnings } = proxyEnvironment({ proxyUrl, before, loopback: proxiedLoopback(config), authority })
  if (proxyAuth !== undefined) return { variables, warnings }
  const java = javaToolOptions(before['JAVA_TOOL_OPTIONS'], address, variables['NO_PROXY'] ?? '')
  return { variables: { ...variables, JAVA_TOOL_OPTIONS: java }, warnings }
}

/** A proxy on all addresses is reached at one of them. */
function reachable({ host, port }: HostPort): HostPort {
  if (port === 0) throw new ConfigError(['--bind: name the port that the running proxy listens on'])
  return { host: host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host, port }
}

function shellOf(named: string | undefined, { SHELL = '' }: Env): Shell {
  if (named === undefined) return process.platform === 'win32' ? 'powershell' : SHELL.endsWith('fish') ? 'fish' : 'sh'
  const name = named === 'bash' || named === 'zsh' ? 'sh' : named
  if (!isShell(name)) throw new ConfigError([`--shell: ${named} is none of ${SHELLS.join(', ')}`])
  return name
}

function isListening({ host, port }: HostPort): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1000 })
    const end = (found: boolean) => {
      socket.destroy()
      resolve(found)
    }
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false))
  })
}
