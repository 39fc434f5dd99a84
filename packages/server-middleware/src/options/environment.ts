const NAMES = [
  'AWS_ACCOUNT_ID',
  'KMS_KEY_ID',
  'KMS_SALT',
  'SECRET_KEY',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_KMS',
  'AWS_ENDPOINT_URL_STS',
  'IAM_AUTH_ORIGIN',
  'IAM_AUTH_PROTOCOLS',
  'IAM_AUTH_SESSION_SECONDS',
  'IAM_AUTH_STS_REGIONS',
] as const

/** The environment names that options fall back to. An empty one counts as absent. */
export type Environment = Readonly<Partial<Record<(typeof NAMES)[number], string>>>

/** Reads the environment: here, once, when `iamAuth()` is called. */
export function readEnvironment(
  // biome-ignore lint/style/noProcessEnv: documented names, and this is the one place that reads them
  source: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  return Object.fromEntries(NAMES.flatMap((name) => (source[name] ? [[name, source[name]]] : [])))
}

/** `a,b c` → a, b, c */
export function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '')
}
