import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** Where trust is written down. */
export interface TrustFiles {
  readonly user: string
  /** An administrator's; none where nobody could tell who may write it. */
  readonly system: string | undefined
}

const FOLDER = 'iam-auth-proxy'
const FILE = 'trust.json'

/** What decides where the files are: `--config-dir`, the environment, and the system. */
export interface TrustPlace {
  readonly configDir: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly home: string
}

/** The user's home; the root of everything for users without one, as in containers. */
export function homeFolder(): string {
  try {
    return homedir()
  } catch {
    return '/'
  }
}

/** The files for this user and machine. */
export function trustFiles({ configDir, env, platform, home }: TrustPlace): TrustFiles {
  const named = configDir || env['IAM_AUTH_PROXY_CONFIG_DIR']
  const folder = named ? resolve(named) : join(configHome(env, platform, home), FOLDER)
  // Windows: modes and owners say nothing there about who may write, and any user may make folders below ProgramData.
  const system = platform === 'win32' ? undefined : join('/etc', FOLDER, FILE)
  return { user: join(folder, FILE), system }
}

/** The XDG base directory specification (a relative path is to be ignored); Apple's and Microsoft's own conventions. */
function configHome(env: TrustPlace['env'], platform: NodeJS.Platform, home: string): string {
  const xdg = env['XDG_CONFIG_HOME']
  if (xdg !== undefined && isAbsolute(xdg)) return xdg
  if (platform === 'darwin') return join(home, 'Library', 'Application Support')
  if (platform === 'win32') return env['APPDATA'] || join(home, 'AppData', 'Roaming')
  return join(home, '.config')
}
