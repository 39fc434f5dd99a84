/** Settings of this machine that would reach into the demo: AWS's, our own, and those of web proxies. */
const SETTINGS = /^(?:AWS_|IAM_AUTH_|KMS_|SECRET_KEY$|(?:https?|all|no)_proxy$|NODE_OPTIONS$)/i

/** The machine's AWS settings are none of the demo's business: nobody in it may use them by accident. */
const NO_AWS_FILES = {
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
}

/** Takes those settings away from this process. */
export function leaveMachineSettings(): void {
  for (const name of Object.keys(process.env)) if (SETTINGS.test(name)) delete process.env[name]
  Object.assign(process.env, NO_AWS_FILES)
}

/** Somebody's access key, as the embedded AWS made it. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** The environment of a proxy: what a person would export in their shell. Call `leaveMachineSettings` first. */
export function proxyEnvironment(endpoint: string, region: string, credentials: Credentials): NodeJS.ProcessEnv {
  return {
    ...process.env,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  }
}
