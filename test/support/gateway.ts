import type { LocalAws } from 'iam-auth-local-aws'
import type { Keeper } from './cleanup.js'
import { localhostCertificate, startTlsFront } from './https.js'
import type { Running } from './process.js'
import { type Credentials, cleanEnvironment, keysOf, runProxy } from './proxy.js'
import { type ServiceOptions, startService, type TestService } from './service.js'
import { makeDirectory } from './temporary-directory.js'

/** `iam-auth-proxy gateway` in a process of its own. */
export interface TestGateway extends Running {
  readonly port: number
  /** Where this site is: `http://wiki.localhost:<port>`. */
  originOf(site: string): string
}

export interface SecureService extends TestService {
  /** `https://localhost:<port>`: what the service itself, and the gateway, call it. */
  readonly site: string
}

/** A service behind real TLS, which knows itself by its https origin only. */
export async function startSecureService(
  aws: LocalAws,
  keep: Keeper,
  options: ServiceOptions = {},
): Promise<SecureService> {
  let port = 0
  const front = await startTlsFront(() => port, await localhostCertificate(keep), keep)
  const site = `https://localhost:${front.port}`
  const service = await startService(aws, keep, { ...options, origin: site })
  port = service.port
  return { ...service, site }
}

/** On a port of its own. `sites` as on the command line. */
export async function startGateway(
  aws: LocalAws,
  sites: readonly string[],
  keep: Keeper,
  args: readonly string[] = [],
  credentials: Credentials = keysOf(aws, 'alice'),
): Promise<TestGateway> {
  const own = ['--listen', ':0', '--log-format', 'json', '--upstream-ca', (await localhostCertificate(keep)).path]
  const names = args.includes('--config-dir') ? [] : ['--config-dir', await makeDirectory(keep)]
  const running = runProxy(['gateway', ...sites, ...own, ...names, ...args], cleanEnvironment(aws, credentials), keep)
  // A line for each site.
  const listening = `"gateway listening",[^\\n]*"url":"http:[^"]*:(\\d+)/[^\\n]*\\n`
  const [, port] = await running.says(new RegExp(`(?:[\\s\\S]*?${listening}){${sites.length}}`), 30_000)
  return {
    ...running,
    port: Number(port),
    originOf(site) {
      const line = running
        .stderr()
        .split('\n')
        .find((text) => text.includes(`"site":"${site}"`))
      return new URL((JSON.parse(line ?? '{}') as { url: string }).url).origin
    },
  }
}
