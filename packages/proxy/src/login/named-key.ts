import { headerValues, KEY_ID_HEADER, parseAuthChallenges, type RawHeaders } from 'iam-auth-protocol'

/** The key that a 401 names, not checked in any way: to say it, or to ask what would become of it if it were pinned. */
export function namedKey(rawHeaders: RawHeaders): string | undefined {
  const [inHeader] = headerValues(rawHeaders, KEY_ID_HEADER.toLowerCase())
  if (inHeader !== undefined) return inHeader
  const challenges = headerValues(rawHeaders, 'www-authenticate').flatMap(parseAuthChallenges)
  return challenges.find(({ scheme }) => scheme === 'iam')?.params.get('kms')
}
