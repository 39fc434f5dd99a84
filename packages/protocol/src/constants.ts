/** Scheme of the challenge. Compared without regard to case (RFC 9110 §11.1). */
export const AUTH_SCHEME = 'IAM'

/** Names of the challenge's own header fields, as the original spells them. */
export const KEY_ID_HEADER = 'Iam-Auth-Kms-Key-Id'
export const ENCRYPTION_CONTEXT_HEADER = 'Iam-Auth-Kms-Encryption-Context'

/** Seconds a challenge lives: its `exp` is the id's time plus this. */
export const CHALLENGE_SECONDS = 120

/** Bytes that the value of one field of a challenge may have (names are not counted). */
export const MAX_CHALLENGE_LINE_BYTES = 8192

/** Where a service takes proofs unless its challenge says otherwise. */
export const DEFAULT_AUTH_PATH = '/auth'

/** The one proof of version 2 so far: a signed GetCallerIdentity, sealed under a KMS data key. */
export const PROOF_STS_KMS = 'sts-kms'

/** Plaintext bytes that KMS `Encrypt` takes under a symmetric key (KMS API reference, Encrypt). */
export const KMS_MAX_PLAINTEXT_BYTES = 4096

/** Ciphertext bytes that KMS `Decrypt` takes (KMS API reference, Decrypt). */
export const KMS_MAX_CIPHERTEXT_BYTES = 6144
