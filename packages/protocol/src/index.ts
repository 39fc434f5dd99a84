/** The wire format of IAM logins, as PROTOCOL.md describes it. Pure: no clock, no randomness, no I/O, no AWS. */
export { formatAmzDate, parseAmzDate } from './amz-date.js'
export { type AuthChallenge, formatAuthParam, parseAuthChallenges } from './auth-params.js'
export { requireAuthPath } from './auth-path.js'
export { formatBase64, formatBase64Url, parseBase64, parseBase64Url } from './base64.js'
export { BINDING_HEADER, type BindingFields, formatBinding, formatTranscript, type Sha256 } from './binding.js'
export type { BoundParams } from './bound-params.js'
export { type Challenge, type ChallengeExpectations, parseChallenge } from './challenge.js'
export {
  type ChallengeCookieValue,
  challengeMacInput,
  formatChallengeCookieValue,
  formatChallengeId,
  isOpaqueChallengeId,
  parseChallengeCookieValue,
  parseChallengeId,
} from './challenge-id.js'
export {
  AUTH_SCHEME,
  CHALLENGE_SECONDS,
  DEFAULT_AUTH_PATH,
  ENCRYPTION_CONTEXT_HEADER,
  KEY_ID_HEADER,
  KMS_MAX_CIPHERTEXT_BYTES,
  KMS_MAX_PLAINTEXT_BYTES,
  MAX_CHALLENGE_LINE_BYTES,
  PROOF_STS_KMS,
} from './constants.js'
export {
  type CookiePair,
  challengeCookieName,
  formatCookieHeader,
  isChallengeCookieName,
  isRemoval,
  parseCookieHeader,
  parseSetCookiePair,
  requireChallengeCookie,
} from './cookies.js'
export {
  boundContext,
  type ContextBinding,
  type EncryptionContext,
  formatEncryptionContext,
  parseEncryptionContext,
  requireBoundContext,
  requireOriginalContext,
} from './encryption-context.js'
export { ProtocolError, type ProtocolErrorCode } from './errors.js'
export {
  formatChallenge,
  formatChallengeSetCookie,
  formatVersionList,
  type OfferedChallenge,
} from './format-challenge.js'
export {
  formatCanonicalRequest,
  type HmacSha256,
  IDENTITY_REQUEST_BODY,
  type IdentityRequest,
  identityRequestHeaders,
  type SigningFunctions,
  signIdentityRequest,
} from './identity-request.js'
export { type KeyArn, parseKeyArn } from './key-arn.js'
export { formatLoginRequest, type LoginRequest, parseLoginRequest } from './login-request.js'
export { mentionsIamChallenge } from './mentions-iam-challenge.js'
export { isLoopbackOrigin, isOrigin, requireOrigin } from './origin.js'
export { isPartition, type Partition, partitionOfRegion, stsHost } from './partition.js'
export { type Principal, parsePrincipalArn } from './principal-arn.js'
export { connectionOptions, headerValues, type RawHeaders } from './raw-headers.js'
export { addBounceMark, dropBounceMark, hasBounceMark, safeReturnUrl } from './return-path.js'
export { formatSessionTokenProof, parseSessionTokenProof, type SessionTokenProof } from './session-token.js'
export { formatSignedIdentity, parseSignedIdentity, type SignedIdentity } from './signed-identity.js'
