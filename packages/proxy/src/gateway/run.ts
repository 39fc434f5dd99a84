import { dirname, join } from 'node:path'
import { CommandFailure } from '../commands/failure.js'
import { ConfigError, type Env, type HostPort, type ProxyConfig, type ProxyFlags } from '../config/config.js'
import { formatHostPort } from '../config/host-port.js'
import { resolveConfig } from '../config/resolve.js'
import { startWarnings } from '../config/warnings.js'
import { createLog } from '../log.js'
import { startGateway } from '../main.js'
import { stopWhenTold } from '../stop-when-told.js'
import { createFronts } from './front.js'
import { claimNames, NAMES_FILE } from './kept-names.js'
import { parseListen } from './listen.js'
import { type NamedSite, parseSites } from './sites.js'

export interface GatewayFlags extends ProxyFlags {
  readonly listen?: string
  readonly name?: string
}

/**
 * Runs a gateway until it is told to stop, and says where each site is. Rejects with ConfigError (all problems at once), or
 * with CommandFailure where it cannot listen.
 */
export async function runGateway(urls: readonly string[], flags: GatewayFlags, env: Env): Promise<void> {
  const { named, port, config } = resolveGateway(urls, flags, env)
  const path = join(dirname(config.trustFiles.user), NAMES_FILE)
  const sites = await claimNames(path, process.getuid?.(), named)
  const write = (line: string) => void process.stderr.write(line)
  const log = createLog({ format: config.logFormat, level: config.logLevel, write, now: Date.now })
  const { address, close } = await startGateway(config, { sites, port }, log).catch(explain)
  // Before anybody hears that we listen: a script may stop us the moment it does.
  stopWhenTold(close, env)
  for (const { site, origin } of createFronts(sites, address.port)) {
    if (config.logFormat === 'json') log.info({ site: site.origin, url: `${origin}/` }, 'gateway listening')
    else write(`${site.origin} is at ${origin}/\n`)
  }
  for (const warning of startWarnings(config, env)) log.warn({}, warning)
}

interface ResolvedGateway {
  readonly named: readonly NamedSite[]
  readonly port: number
  readonly config: ProxyConfig
}

function resolveGateway(urls: readonly string[], flags: GatewayFlags, env: Env): ResolvedGateway {
  const problems: string[] = []
  const checked = <T>(parse: () => T): T | undefined => {
    try {
      return parse()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const named = checked(() => parseSites(urls, flags.name))
  const port = checked(() => parseListen(flags.listen))
  const config = checked(() => resolveOwn(flags, env))
  if (!named || port === undefined || !config) throw new ConfigError(problems)
  return { named, port, config }
}

function resolveOwn({ bind, proxyAuthFile, ...flags }: GatewayFlags, env: Env): ProxyConfig {
  if (bind !== undefined || proxyAuthFile !== undefined) {
    throw new ConfigError([
      '--bind, --proxy-auth-file: a gateway is no proxy, and has no password. Its port is that of --listen',
    ])
  }
  const noFile = (path: string) => {
    throw new TypeError(`${path} is not read here`)
  }
  // The password of a proxy is none of a gateway's.
  return resolveConfig(flags, { ...env, IAM_AUTH_PROXY_AUTH: undefined }, noFile)
}

function explain(error: NodeJS.ErrnoException & Partial<Omit<HostPort, 'host'>> & { address?: string }): never {
  const { code = '', syscall, address = '', port = 0 } = error
  const where = formatHostPort({ host: address, port })
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is in use: stop what listens there, or choose another port with --listen :PORT`,
    EACCES: `this user may not listen on ${where}: choose a port above 1023 with --listen :PORT`,
  }
  const told = syscall === 'listen' ? words[code] : undefined
  throw told === undefined ? error : new CommandFailure(told, { cause: error })
}
