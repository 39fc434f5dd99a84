import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import {
  boundContext,
  challengeMacInput,
  formatBase64Url,
  formatBinding,
  formatCanonicalRequest,
  formatChallengeCookieValue,
  formatChallengeId,
  formatLoginRequest,
  formatSignedIdentity,
  formatTranscript,
  identityRequestHeaders,
  parseBase64Url,
  parseChallenge,
  parseChallengeCookieValue,
  parseChallengeId,
  parseEncryptionContext,
  parseLoginRequest,
  parseSignedIdentity,
  signIdentityRequest,
  stsHost,
} from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import vectors from './vectors/independent.json' with { type: 'json' }

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const hmacSha256 = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest()
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const unhex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))

describe('version 2 vectors made by an independent implementation', () => {
  it.each(vectors.proofs)('proof: $name', (vector) => {
    const { fields, credentials } = vector
    const binding = {
      origin: fields.origin,
      realm: fields.realm,
      challenge: fields.challenge,
      exp: fields.exp,
      versions: fields.v,
      proofs: fields.proofs,
      proof: fields.proof,
      keyArn: fields.key,
      encryptionContextHeader: fields.ec_header,
      authPath: fields.auth,
    }
    expect(parseEncryptionContext(fields.ec_header)).toEqual(vector.encryptionContext)
    expect(boundContext(fields, pickExtra(vector.encryptionContext))).toEqual(vector.encryptionContext)
    expect(hex(formatTranscript(binding, sha256))).toBe(vector.transcriptHex)
    expect(formatBinding(binding, sha256)).toBe(vector.binding)

    const request = {
      region: vector.region,
      date: vector.date,
      accessKeyId: credentials.accessKeyId,
      sessionToken: credentials.sessionToken ?? undefined,
      binding: vector.binding,
    }
    expect(formatCanonicalRequest(request)).toBe(vector.canonicalRequest)
    const signature = signIdentityRequest(request, credentials.secretAccessKey, { sha256, hmacSha256 })
    expect(signature).toBe(vector.signature)
    expect(stsHost(vector.region)).toBe(vector.rebuilt.host)
    expect(identityRequestHeaders(request, signature)).toEqual(vector.rebuilt.headers)

    const proof = { ...request, signature }
    expect(formatSignedIdentity(proof)).toBe(vector.proof)
    const { binding: _, ...parsed } = proof
    expect(parseSignedIdentity(vector.proof)).toEqual(parsed)

    const cipher = createCipheriv('aes-256-gcm', unhex(vector.dekHex), unhex(vector.ivHex)).setAAD(
      Buffer.from(vector.binding),
    )
    const ciphertext = Buffer.concat([cipher.update(vector.proof), cipher.final(), cipher.getAuthTag()])
    expect(hex(ciphertext)).toBe(vector.ctHex)
    const login = {
      challenge: fields.challenge,
      encryptedKey: unhex(vector.ekHex),
      iv: unhex(vector.ivHex),
      ciphertext: Uint8Array.from(ciphertext),
    }
    expect(formatLoginRequest(login)).toBe(vector.postBody)
    expect(parseLoginRequest(vector.postBody)).toEqual(login)
  })

  it.each(vectors.origins)('origin of $url', ({ url, origin }) => {
    expect(new URL(url).origin).toBe(origin)
  })

  it.each(vectors.challengeIds)('challenge id under kid $kid for $origin', (vector) => {
    expect(formatChallengeId(vector.iat, unhex(vector.random16Hex))).toBe(vector.id)
    expect(parseChallengeId(vector.id)).toEqual({ iatSeconds: vector.iat })
    const derive = (salt: string, info: string, length: number) =>
      Uint8Array.from(Buffer.from(hkdfSync('sha256', vector.secret, salt, info, length)))
    const kid = formatBase64Url(derive('', 'iam-auth kid', 6))
    const key = derive(kid, 'iam-auth challenge', 32)
    const mac = formatBase64Url(hmacSha256(key, challengeMacInput(vector.origin, vector.id)))
    expect({ kid, mac }).toEqual({ kid: vector.kid, mac: vector.mac })
    expect(formatChallengeCookieValue({ id: vector.id, kid, mac })).toBe(vector.cookieValue)
    expect(parseChallengeCookieValue(vector.cookieValue)).toEqual({ id: vector.id, kid, mac })
  })

  it.each(vectors.base64url)('base64url $text', ({ text, refused, hex: bytes }) => {
    if (refused === null) expect(hex(parseBase64Url(text))).toBe(bytes)
    else expect(() => parseBase64Url(text)).toThrow(expect.objectContaining({ code: 'ERR_IAM_BASE64' }))
  })

  it.each(vectors.challenges)('challenge: $name', ({ name, headers, origin, now, refused }) => {
    const parse = () => parseChallenge(headers.flat(), { origin, nowSeconds: now, allowedVersions: [2] })
    if (refused === null) expect(parse().version).toBe(2)
    else expect(parse).toThrow(expect.objectContaining({ code: CODES_BY_NAME[name] ?? CODES[refused] }))
  })
})

/** The reason a vector gives, and the code that we give. */
const CODES: Record<string, string> = {
  'not exactly one IAM challenge': 'ERR_IAM_CHALLENGE_COUNT',
  'duplicate parameter': 'ERR_IAM_CHALLENGE_PARAMETER_TWICE',
  'challenge syntax': 'ERR_IAM_CHALLENGE_SYNTAX',
  'Iam-Auth headers': 'ERR_IAM_CHALLENGE_HEADERS',
  'two keys': 'ERR_IAM_CHALLENGE_HEADERS',
  origin: 'ERR_IAM_ORIGIN',
  v: 'ERR_IAM_VERSION_LIST',
  version: 'ERR_IAM_VERSION_NOT_ALLOWED',
  exp: 'ERR_IAM_EXPIRY',
  realm: 'ERR_IAM_REALM',
  'auth path': 'ERR_IAM_AUTH_PATH',
  key: 'ERR_IAM_KEY',
  'key account': 'ERR_IAM_KEY_ACCOUNT',
  sts: 'ERR_IAM_STS_REGIONS',
  proof: 'ERR_IAM_PROOF_LIST',
  'ec encoding': 'ERR_IAM_CONTEXT_ENCODING',
  'ec shape': 'ERR_IAM_CONTEXT_SHAPE',
  'ec content': 'ERR_IAM_CONTEXT_CONTENT',
  'challenge cookie': 'ERR_IAM_CHALLENGE_COOKIE',
}

/** Where we find fault with another aspect of the same challenge. */
const CODES_BY_NAME: Record<string, string> = {
  'EC 17 pairs': 'ERR_IAM_CONTEXT_SHAPE',
  'EC empty': 'ERR_IAM_CONTEXT_CONTENT',
}

function pickExtra(context: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context).flatMap(([name, value]) =>
      name.startsWith('iam-auth-') || value === undefined ? [] : [[name, value]],
    ),
  )
}
