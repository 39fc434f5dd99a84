import { formatCommand } from '../trust/shell.js'

/** Where the SDK says that credentials are from: its feature ids, by name. */
export type SourceFeatures = Readonly<Record<string, string>>

/** Names begin alike for the kinds of a source: `CREDENTIALS_SSO`, `CREDENTIALS_PROFILE_SSO`, `…_SSO_LEGACY`. */
const KINDS = [
  ['sso', /_SSO\b|_SSO_/],
  ['process', /_PROCESS\b/],
  ['environment', /_ENV_VARS\b/],
  ['machine', /_(?:HTTP|IMDS)\b/],
  ['web identity', /WEB_ID/],
  ['file', /_PROFILE\b/],
] as const

type Kind = (typeof KINDS)[number][0]

function kindOf(source: SourceFeatures): Kind | undefined {
  const names = Object.keys(source)
  return KINDS.find(([, pattern]) => names.some((name) => pattern.test(name)))?.[0]
}

/** For messages: `profile dev`, `environment variables`. */
export function nameSource(source: SourceFeatures, profile: string | undefined): string {
  if (kindOf(source) === 'environment') return 'of the environment variables'
  if (kindOf(source) === 'machine') return 'of the role of this machine'
  return profile === undefined ? 'of the default chain' : `of profile ${profile}`
}

/** What gets new credentials from where these are from. */
export function renewalOf(source: SourceFeatures, profile: string | undefined): string {
  const named = profile === undefined ? 'the profile in use' : `profile ${profile}`
  const hints: Readonly<Record<Kind, string>> = {
    sso: signIn(profile),
    process: `The command in \`credential_process\` of ${named} gave them: run it by hand, see why it gives old ones, then try again.`,
    environment:
      'They stand in `AWS_ACCESS_KEY_ID` and its like, which a running program keeps: set new ones, and start the proxy again from that shell.',
    machine:
      'The role of this machine gives new ones by itself. If it goes on, see whether the role is still attached to it.',
    'web identity':
      'The file in `AWS_WEB_IDENTITY_TOKEN_FILE` is out of date: whatever writes it has to write a new one.',
    file: `They stand in your credentials file under ${named}: put new ones there, then try again.`,
  }
  const kind = kindOf(source)
  return kind === undefined ? signIn(profile) : hints[kind]
}

/** The same where there were none: the SDK says why in words, of which only these are looked at. */
export function howToFind(message: string, profile: string | undefined): string | undefined {
  if (/\bsso\b|token/i.test(message)) return signIn(profile)
  if (profile === undefined) return undefined
  if (/process/i.test(message)) return renewalOf({ CREDENTIALS_PROCESS: '' }, profile)
  return `See whether it is there with \`aws configure list-profiles\`. If it is one of IAM Identity Center (SSO), sign in again:\n${formatCommand('aws', 'sso', 'login', '--profile', profile)}`
}

function signIn(profile: string | undefined): string {
  const words = profile === undefined ? [] : ['--profile', profile]
  return `Sign in again, then try again:\n${formatCommand('aws', 'sso', 'login', ...words)}`
}
