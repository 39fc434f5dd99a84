import { expect, test } from 'vitest'
import { refusalFor } from '../../src/server/statuses.js'

test.each([
  ['ECONNREFUSED', 502, 'connection_refused'],
  ['ECONNRESET', 502, 'connection_terminated'],
  ['EPIPE', 502, 'connection_terminated'],
  ['ENOTFOUND', 502, 'dns_error'],
  ['EAI_AGAIN', 502, 'dns_timeout'],
  ['ETIMEDOUT', 504, 'connection_timeout'],
  ['EHOSTUNREACH', 502, 'destination_ip_unroutable'],
  ['EDESTINATION', 403, 'destination_ip_prohibited'],
  ['ESOCKSDOWN', 502, 'destination_unavailable'],
  ['HPE_HEADER_OVERFLOW', 502, 'http_response_header_section_size'],
  ['HPE_INVALID_CONSTANT', 502, 'http_protocol_error'],
  ['ERR_INVALID_CHAR', 502, 'http_protocol_error'],
  ['CERT_HAS_EXPIRED', 502, 'tls_certificate_error'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 502, 'tls_certificate_error'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 502, 'tls_certificate_error'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 502, 'tls_certificate_error'],
  ['EPROTO', 502, 'tls_protocol_error'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 502, 'tls_protocol_error'],
  ['toString', 502, 'destination_unavailable'],
  [undefined, 502, 'destination_unavailable'],
])('%s becomes %i, %s', (code, status, proxyError) => {
  const refusal = refusalFor(Object.assign(new Error('why'), { code }), 'wiki.example:80')
  expect(refusal).toMatchObject({ status, proxyError })
  expect(refusal.message.length).toBeGreaterThan(2)
})

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
  ['SELF_SIGNED_CERT_IN_CHAIN', true],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', true],
  ['CERT_HAS_EXPIRED', false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', false],
])('%s has the command that trusts an issuer where that helps: %s', (code, helps) => {
  const { advice } = refusalFor(Object.assign(new Error('why'), { code }), 'wiki.example:443')
  expect(advice.hint?.endsWith('\niam-auth-proxy --upstream-ca FILE')).toBe(helps)
})
