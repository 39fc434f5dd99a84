const src = (name) => `packages/proxy/src/fetch/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/fetch/${name}.test.ts`)

export const proxyFetch = [
  [
    src('answer'),
    test('refusals', 'redirects', 'logins'),
    [
      ['onlyTrusted', 'if (config.onlyTrusted && !trust.coversOrigin(origin))', 'if (false)'],
      ['redirects of others that change something', 'if (!hop.isForeign || isSafe(hop.method)) return', 'return'],
      ['twenty logins for one', '&& state.jar.get(origin) === sent.session', ''],
    ],
  ],
  [
    src('redirect'),
    test('redirects'),
    [
      ['headers for another origin', '...(crosses ? OF_THE_ORIGIN : [])', ''],
      ['a bounce', 'hop.isForeign || crosses', 'crosses'],
      ['other schemes', "if (url.protocol !== 'http:' && url.protocol !== 'https:') throw", 'if (false) throw'],
    ],
  ],
  [
    src('hop'),
    test('redirects', 'refusals'),
    [['a session lent to redirects of others', 'lends ? freshSession(', 'true ? freshSession(']],
  ],
  [src('send'), test('logins', 'refusals'), [['redirected logins', "redirect: 'manual', ", '']]],
]
