import type { Env } from '../config/config.js'
import type { Assignments } from './exports.js'

/** In the environment of a shell: what its variables were before `iam-auth-proxy env`, as JSON. */
const SAVED = 'IAM_AUTH_PROXY_ENV_BEFORE'

/** An environment as it was before `iam-auth-proxy env` changed it, however often it has. */
export function environmentBefore(env: Env): Env {
  return { ...env, ...read(env) }
}

/** These variables, those that an earlier run has changed as they were, and what must be remembered to restore all. */
export function remembering(variables: Readonly<Record<string, string>>, env: Env): Assignments {
  const before = environmentBefore(env)
  const changed = { ...read(env), ...variables }
  const values = Object.keys(changed).map((name) => [name, before[name] ?? null])
  return { ...changed, [SAVED]: JSON.stringify(Object.fromEntries(values)) }
}

/** All variables as they were; undefined where nothing has changed them. */
export function restored(env: Env): Assignments | undefined {
  const before = read(env)
  return before && { ...before, [SAVED]: undefined }
}

function read(env: Env): Assignments | undefined {
  try {
    const values: unknown = JSON.parse(env[SAVED] ?? '')
    if (typeof values !== 'object' || values === null) return undefined
    // Names become words of a shell command.
    const own = Object.entries(values).filter(([name]) => /^\w+$/.test(name))
    return Object.fromEntries(own.map(([name, value]) => [name, typeof value === 'string' ? value : undefined]))
  } catch {
    return undefined
  }
}
