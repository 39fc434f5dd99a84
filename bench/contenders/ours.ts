import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createAuthority } from '../../packages/proxy/src/tls/authority.js'
import { writeAuthority } from '../../packages/proxy/src/tls/authority-file.js'
import type { Contender, Launch, Site } from './contender.js'

/** The name of the package's command, and of its rows. */
const OURS = 'iam-auth-proxy'

const folder = new URL('../../packages/proxy/', import.meta.url)
const { bin } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { bin: Record<string, string> }

/** What users run, as `npm run build` has made it. */
const ourCommand = [process.execPath, fileURLToPath(new URL(bin[OURS] ?? '', folder))] as const

/** The built command line, all checks on, with the service trusted: what forwards most, since it also looks for challenges. */
export const ours: Contender = {
  name: OURS,
  role: 'ours',
  warmsUp: true,
  abilities: ['http', 'connect', 'socks', 'intercept', 'websocket'],
  missing: () => undefined,
  prepare,
}

/** Nothing of this machine's AWS configuration, nothing its user trusts. */
function ourEnvironment(directory: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: directory,
    LANG: 'C.UTF-8',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'eu-west-1',
  }
}

async function prepare(site: Site): Promise<Launch> {
  const { port, directory, socks } = site
  const through = socks === undefined ? [] : ['--socks-proxy', `127.0.0.1:${socks}`]
  const args = ['--bind', `127.0.0.1:${port}`, '--config-dir', directory, ...(await trustFlags(site)), ...through]
  return { command: [...ourCommand, ...args], env: { ...ourEnvironment(directory), ...awsEnvironment(site) } }
}

/** Whose credentials it has, where it is to log in. */
function awsEnvironment({ login }: Site): NodeJS.ProcessEnv {
  if (login === undefined) return {}
  const { endpoint, region, alice } = login.aws
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: alice.accessKeyId,
    AWS_SECRET_ACCESS_KEY: alice.secretAccessKey,
  }
}

/** That the service is trusted, and for https an authority, and whom the service's own certificate is from. */
async function trustFlags({
  upstream,
  directory,
  secure,
  login,
  alsoTrusted = 0,
  isTrusted = true,
}: Site): Promise<string[]> {
  if (!isTrusted) return ['--allow-loopback']
  if (login !== undefined)
    return login.ports.flatMap((port) => ['--trust', `http://127.0.0.1:${port},protocol=${login.version}`])
  const others = Array.from({ length: alsoTrusted }, (_, at) => ['--trust', `https://service-${at}.bench.test`])
  if (secure === undefined) return [...others.flat(), '--trust', `http://127.0.0.1:${upstream}`]
  const { name, certificate } = secure
  await writeAuthority(directory, await createAuthority([name.replace('*.', '')], Date.now()))
  const account = name.startsWith('*.') ? ',key-account=123456789012' : ''
  return ['--trust', `https://${name}:${upstream}${account}`, '--upstream-ca', certificate.path]
}
