import { describe, expect, it } from 'vitest'
import { canonicalUri, formatCanonicalRequest } from '../../src/sigv4/canonical-request.js'
import { computeSignature, deriveSigningKey, sha256Hex } from '../../src/sigv4/signature.js'

// AWS's own test suite: AKIDEXAMPLE, service `service` in us-east-1, 2015-08-30T12:36:00Z.
// https://github.com/awslabs/aws-c-auth/tree/main/tests/aws-signing-test-suite
const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const scope = { date: '20150830', region: 'us-east-1', service: 'service' }
const timestamp = '20150830T123600Z'

interface KnownAnswer {
  name: string
  signature: string
  method?: string
  path?: string
  query?: string
  headers?: [string, string[]][]
  body?: string
}

const answers: KnownAnswer[] = [
  { name: 'get-vanilla', signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
  {
    name: 'post-vanilla',
    method: 'POST',
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    name: 'get-vanilla-query-order-key-case',
    query: 'Param2=value2&Param1=value1',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'get-header-key-duplicate',
    headers: [['my-header1', ['value2', 'value2', 'value1']]],
    signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  },
  {
    name: 'get-header-value-trim',
    headers: [
      ['my-header1', [' value1']],
      ['my-header2', [' "a   b   c"']],
    ],
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
  {
    name: 'get-unreserved',
    path: '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
    signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  },
  {
    name: 'post-x-www-form-urlencoded',
    method: 'POST',
    headers: [['content-type', ['application/x-www-form-urlencoded']]],
    body: 'Param1=value1',
    signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  },
]

describe('the signature of AWS’s test suite', () => {
  it.each(answers)(
    'comes out for $name',
    ({ signature, method = 'GET', path = '/', query = '', headers = [], body = '' }) => {
      const all = new Map<string, string[]>([
        ['host', ['example.amazonaws.com']],
        ['x-amz-date', [timestamp]],
        ...headers,
      ])
      const request = { method, path, rawQuery: query, headers: all }
      const signedHeaders = [...all.keys()].sort()
      const canonical = formatCanonicalRequest(request, signedHeaders, sha256Hex(Buffer.from(body)))
      expect(computeSignature(canonical, timestamp, scope, deriveSigningKey(secret, scope))).toBe(signature)
    },
  )
})

describe('the canonical request of the IAM User Guide’s example', () => {
  it('is the text that the guide prints', () => {
    const headers = new Map([
      ['host', ['examplebucket.s3.amazonaws.com']],
      ['x-amz-date', ['20130524T000000Z']],
    ])
    const request = { method: 'GET', path: '/', rawQuery: 'prefix=J&max-keys=2&empty', headers }
    expect(formatCanonicalRequest(request, ['host', 'x-amz-date'], 'HASH')).toBe(
      'GET\n/\nempty=&max-keys=2&prefix=J\nhost:examplebucket.s3.amazonaws.com\nx-amz-date:20130524T000000Z\n\nhost;x-amz-date\nHASH',
    )
  })

  it.each([
    ['', '/'],
    ['/', '/'],
    ['//', '/'],
    ['/./', '/'],
    ['/example/..', '/'],
    ['/./example', '/example'],
    ['//example//', '/example/'],
    ['/example space/', '/example%20space/'],
    ['/%E1%88%B4', '/%25E1%2588%25B4'],
  ])('writes the path %j as %j', (path, canonical) => {
    expect(canonicalUri(path)).toBe(canonical)
  })

  it('trims and collapses spaces, and nothing else that looks like one', () => {
    const headers = new Map([['a', ['  x   y\t', '\u00a0z']]])
    const request = { method: 'GET', path: '/', rawQuery: '', headers }
    expect(formatCanonicalRequest(request, ['a'], '').split('\n')[3]).toBe('a:x y,\u00a0z')
  })

  it('sorts by encoded name, then by value, and encodes what others leave', () => {
    const request = { method: 'GET', path: '/', rawQuery: "b=2&a=~&b=1&c=*'()!&d=a+b", headers: new Map() }
    expect(formatCanonicalRequest(request, [], '').split('\n')[2]).toBe('a=~&b=1&b=2&c=%2A%27%28%29%21&d=a%20b')
  })
})
