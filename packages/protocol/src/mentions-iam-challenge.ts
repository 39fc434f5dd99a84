import { headerValues, type RawHeaders } from './raw-headers.js'

/** A quoted string, closed or not: every quote begins a match, so that a line of quotes costs no more than its length. */
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|\\?$)/gs
/** Where a challenge begins: at the start or after a comma, and not the name of a parameter. */
const IAM_SCHEME = /(?:^|,)[ \t]*IAM(?=[ \t,]|$)(?![ \t]*=)/i

/**
 * Whether a 401 carries a challenge for us at all, well formed or not. Cheap, and the parser is the judge; but what another
 * scheme says in quotes (`Bearer error_description="no role, IAM said"`) is nobody's challenge.
 */
export function mentionsIamChallenge(rawHeaders: RawHeaders): boolean {
  return headerValues(rawHeaders, 'www-authenticate').some(
    (value) => IAM_SCHEME.test(value) && IAM_SCHEME.test(value.replaceAll(QUOTED, '""')),
  )
}
