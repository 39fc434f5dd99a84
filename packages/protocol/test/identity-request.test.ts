import {
  formatCanonicalRequest,
  IDENTITY_REQUEST_BODY,
  identityRequestHeaders,
  signIdentityRequest,
} from 'iam-auth-protocol'
import { expect, it } from 'vitest'
import { hex, hmacSha256, sha256 } from './read-vectors.js'

// Requests with a binding stand in vectors/independent.json. This one has none: a version-1 service signs for itself.
const request = {
  region: 'eu-west-1',
  date: '20260101T000005Z',
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionToken: 't0ken',
  binding: undefined,
}

it('signs no binding header where there is no binding', () => {
  expect(formatCanonicalRequest(request)).toBe(
    [
      'POST',
      '/',
      '',
      'content-type:application/x-www-form-urlencoded; charset=utf-8',
      'host:sts.eu-west-1.amazonaws.com',
      'x-amz-date:20260101T000005Z',
      'x-amz-security-token:t0ken',
      '',
      'content-type;host;x-amz-date;x-amz-security-token',
      'ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843',
    ].join('\n'),
  )
})

it('hashes the body it sends', () => {
  expect(IDENTITY_REQUEST_BODY).toBe('Action=GetCallerIdentity&Version=2011-06-15')
  expect(hex(sha256(new TextEncoder().encode(IDENTITY_REQUEST_BODY)))).toBe(
    'ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843',
  )
})

it('asks for JSON itself', () => {
  const headers = Object.fromEntries(identityRequestHeaders(request, 'f'.repeat(64)))
  expect(headers).toMatchObject({ accept: 'application/json', 'content-length': '43' })
  expect(headers['authorization']).toBe(
    `AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20260101/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=${'f'.repeat(64)}`,
  )
})

it('signs as another implementation of SigV4 does', () => {
  expect(signIdentityRequest(request, 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', { sha256, hmacSha256 })).toBe(
    '66aeaccf6b92876e5800b1d48833dbe57ef7ba9fb8582c5f33cabd922b218174',
  )
})

it('makes no host of what is no region', () => {
  expect(() => formatCanonicalRequest({ ...request, region: 'evil.example/' })).toThrow(TypeError)
})
