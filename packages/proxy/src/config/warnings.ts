import type { Env, ProxyConfig } from './config.js'

/** The SDK's own variables; those of one service beat the general one. */
const ENDPOINTS: readonly (readonly [name: string, calls: string])[] = [
  ['AWS_ENDPOINT_URL', 'AWS calls'],
  ['AWS_ENDPOINT_URL_STS', 'calls of STS'],
  ['AWS_ENDPOINT_URL_KMS', 'calls of KMS'],
]

/** What a person should know at start about settings that are allowed but surprise. */
export function startWarnings(config: ProxyConfig, env: Env): string[] {
  const endpoints = ENDPOINTS.filter(([name]) => env[name]).map(
    ([name, calls]) => `${name} is in force: ${calls} go to ${safeUrl(env[name])}`,
  )
  const bothSources =
    env['AWS_PROFILE'] !== undefined && env['AWS_ACCESS_KEY_ID'] !== undefined && config.profile === undefined
  return [
    ...endpoints,
    ...(bothSources
      ? ['AWS_PROFILE and AWS_ACCESS_KEY_ID are both set: the profile is used here, the AWS CLI would use the keys']
      : []),
  ]
}

function safeUrl(url: string | undefined): string {
  try {
    return new URL(url ?? '').origin
  } catch {
    return 'an invalid URL'
  }
}
