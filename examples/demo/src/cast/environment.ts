/** Settings of this machine that would reach into the demo: AWS's, our own, and those of web proxies. */
const SETTINGS = /^(?:AWS_|IAM_AUTH_|KMS_|SECRET_KEY$|(?:https?|all|no)_proxy$|NODE_OPTIONS$)/i

/** Nobody in the demo uses the machine's credentials by accident; and what the AWS SDK says of Node 20 is not for its audience. */
const SETTINGS_OF_THE_DEMO = {
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
  IAM_AUTH_PROXY_CONFIG_DIR: '/nonexistent',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
}

/** Takes those settings away from this process, and so from the proxies. */
export function leaveMachineSettings(): void {
  for (const name of Object.keys(process.env)) if (SETTINGS.test(name)) delete process.env[name]
  Object.assign(process.env, SETTINGS_OF_THE_DEMO)
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
