import { fileURLToPath } from 'node:url'
import type { Contender, Launch, Site } from './contender.js'

/** The name that targets and plots look for. */
const OURS = 'iam-auth-proxy'

/** What users run: `npm run build` has made it. */
const ourCommand = [
  process.execPath,
  fileURLToPath(new URL('../../packages/proxy/bin/iam-auth-proxy.js', import.meta.url)),
] as const

/** The built command line, all checks on, with the service trusted: what forwards most, since it also looks for challenges. */
export const ours: Contender = {
  name: OURS,
  role: 'ours',
  abilities: ['http', 'connect', 'socks', 'websocket'],
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

function prepare({ port, upstream, directory, socks }: Site): Launch {
  const through = socks === undefined ? [] : ['--socks-proxy', `127.0.0.1:${socks}`]
  const trust = ['--trust', `http://127.0.0.1:${upstream}`]
  const args = ['--bind', `127.0.0.1:${port}`, '--config-dir', directory, ...trust, ...through]
  return { command: [...ourCommand, ...args], env: ourEnvironment(directory) }
}
