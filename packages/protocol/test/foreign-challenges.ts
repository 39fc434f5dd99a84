/** Challenges of other schemes as services send them, in bytes (latin1), and what is in them. */
export const FOREIGN_CHALLENGES: readonly (readonly [line: string, read: readonly unknown[]])[] = [
  ['Basic realm="a, b=\\"c\\" \\\\"', [['basic', { realm: 'a, b="c" \\' }]]],
  ['Basic realm="Caf\xe9", charset="UTF-8"', [['basic', { realm: 'Caf\xe9', charset: 'UTF-8' }]]],
  ['basic', [['basic', {}]]],
  // RFC 6750 §3
  [
    'Bearer realm="example", error="invalid_token", error_description="The token \\"abc\\" has expired, get another, " , scope="openid wiki:read,write"',
    [
      [
        'bearer',
        {
          realm: 'example',
          error: 'invalid_token',
          error_description: 'The token "abc" has expired, get another, ',
          scope: 'openid wiki:read,write',
        },
      ],
    ],
  ],
  [
    'Bearer error_description="no IAM role, IAM said", resource_metadata="https://a.example/?a=b,c"',
    [['bearer', { error_description: 'no IAM role, IAM said', resource_metadata: 'https://a.example/?a=b,c' }]],
  ],
  ['Negotiate', [['negotiate', {}]]],
  ['Negotiate YIIJ/+-._~ABcd==', [['negotiate', 'YIIJ/+-._~ABcd==']]],
  ['Negotiate IAM', [['negotiate', 'IAM']]],
  ['NTLM', [['ntlm', {}]]],
  ['NTLM TlRMTVNTUAACAAAAAAAAAA==', [['ntlm', 'TlRMTVNTUAACAAAAAAAAAA==']]],
  // RFC 7616 §3.9.1
  [
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    [
      [
        'digest',
        {
          realm: 'http-auth@example.org',
          qop: 'auth, auth-int',
          algorithm: 'SHA-256',
          nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
          opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
        },
      ],
    ],
  ],
  [
    'Digest realm="x",nonce="1",stale=true , Digest realm="x",nonce="1",algorithm=MD5',
    [
      ['digest', { realm: 'x', nonce: '1', stale: 'true' }],
      ['digest', { realm: 'x', nonce: '1', algorithm: 'MD5' }],
    ],
  ],
  // RFC 9449 §7.1
  [
    'DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof", algs="ES256 PS256"',
    [
      [
        'dpop',
        {
          error: 'use_dpop_nonce',
          error_description: 'Resource server requires nonce in DPoP proof',
          algs: 'ES256 PS256',
        },
      ],
    ],
  ],
  ['AWS-IAM realm="x"', [['aws-iam', { realm: 'x' }]]],
  ['X-IAM', [['x-iam', {}]]],
  ['IAM2 a=b', [['iam2', { a: 'b' }]]],
  ["!#$%&'*+-.^_`|~ iam=1, b = 2", [["!#$%&'*+-.^_`|~", { iam: '1', b: '2' }]]],
  [
    'Negotiate, NTLM, Basic realm=""',
    [
      ['negotiate', {}],
      ['ntlm', {}],
      ['basic', { realm: '' }],
    ],
  ],
]
