const src = (name) => `packages/proxy/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/proxy/test/${name}.test.ts`)

export const proxyLogin = [
  [
    src('login/gate'),
    test('login/gate'),
    [
      ['preflights', "if (request.method === 'OPTIONS') return false", ''],
      [
        'prefetches, by Sec-Purpose',
        "first(request, 'sec-purpose') !== undefined || first(request, 'purpose')",
        "first(request, 'purpose')",
      ],
      ['prefetches, by Purpose', " || first(request, 'purpose') === 'prefetch') return false", ') return false'],
      ['navigations by POST', "if (request.method !== 'GET' && request.method !== 'HEAD') return false", ''],
      ['any mode is a navigation', "first(request, 'sec-fetch-mode') === 'navigate' && ", ''],
      ['a frame is a navigation', " && first(request, 'sec-fetch-dest') === 'document'", ''],
      ['a page load that says nothing of upgrades', "first(request, 'upgrade-insecure-requests') === '1' &&", ''],
      ['a page load that takes anything', "(first(request, 'accept') ?? '').startsWith('text/html') &&", ''],
      ['another Origin', 'if (origin !== undefined && origin !== request.origin) return false', ''],
      ['same-site is same-origin', "return site === 'same-origin' || site === 'none'", "return site !== 'cross-site'"],
      [
        'cross-site is same-origin',
        "if (hasFetchMetadata(request)) return site === 'same-origin' || site === 'none'",
        '',
      ],
      [
        'a Referer of another site',
        'referer !== undefined && originOf(referer) === request.origin',
        'referer !== undefined',
      ],
      ['a Referer that begins like ours', 'originOf(referer) === request.origin', 'referer.startsWith(request.origin)'],
      ['a browser is no browser', " &&\n    !(first(request, 'user-agent') ?? '').startsWith('Mozilla/')", ''],
      ['another Origin of no browser', " &&\n    first(request, 'origin') === undefined", ''],
      ['another Referer of no browser', " &&\n    first(request, 'referer') === undefined", ''],
      [
        'Sec-Fetch fields of no browser',
        '(!hasFetchMetadata(request) || isFetchOfNode(request)) &&\n    first',
        'first',
      ],
      ['the first of two fields counts', "values.length > 1 ? values.join('\\n') : values[0]", 'values[0]'],
      ['what may be framed is not known', 'return isNavigation(request) && !hasFetchMetadata(request)', 'return false'],
    ],
  ],
  [
    src('login/answer-challenge'),
    test('login/answer-challenge'),
    [
      ['requests of other sites', "if (!mayLogIn(exchange)) return { kind: 'pass' }", ''],
      ['a login after a login', "if (exchange.replayedWith === 'login') return { kind: 'pass' }", ''],
      ['a session that is refused is kept', "if (replayedWith === 'kept-session') jar.drop(origin)", ''],
      ['a refused session costs nothing', '  budget.failed(origin)\n', ''],
      ['the transport', '  requireAcceptableTransport(exchange, challenge, entry)\n', ''],
      ['the auth path', '  requireOutsideAuthPath(exchange, challenge)\n', ''],
      ['pages in frames', 'mayBeFramed(exchange) ? NOT_FRAMED : []', '[]'],
      [
        'a session for those who keep cookies',
        'return mayBeQueued && !isSessionOf(cookies, session) ? session : undefined',
        'return session',
      ],
    ],
  ],
  [
    src('login/checks'),
    [
      ...test('login/answer-challenge'),
      'test/security/relay-a-genuine-challenge.test.ts',
      'test/security/steal-credentials-with-a-foreign-key.test.ts',
    ],
    [
      ['version 1 without trust', 'entry?.allowsVersion1 === true && ', ''],
      ['version 1 after version 2', ' && !state.seenVersion2.has(origin)', ''],
      ['version 2 is not remembered', 'if (challenge.version === 2) state.seenVersion2.add(origin)', ''],
      ['a pinned key', "pin?.kind === 'key' ? pin.value : undefined", 'undefined'],
      [
        'the account of a suffix',
        "if (pin?.kind === 'account' && challenge.key.account !== pin.value) throw",
        'if (false) throw',
      ],
      ['plain http where nobody allowed it', ' || entry?.allowsPlainHttp === true) return', ' || true) return'],
      [
        'version 1 over plain http',
        'if (version === 2 && key.account === realm) return',
        'if (key.account === realm) return',
      ],
      [
        "another account's key over plain http",
        'if (version === 2 && key.account === realm) return',
        'if (version === 2) return',
      ],
      ['the auth path with a query', "path.split('?', 1)[0] === (", 'path === ('],
    ],
  ],
  [
    src('login/log-in'),
    test('login/answer-challenge'),
    [
      [
        'one login at a time',
        'return state.flights.run(exchange.origin, () =>\n    countFailures(exchange, state, () => logIn(exchange, challenge, state)),\n  )',
        'return countFailures(exchange, state, () => logIn(exchange, challenge, state))',
      ],
      ['the budget', 'if (!budget.allows(origin)) {', 'if (false) {'],
      [
        'failures are not counted',
        "if (!(error instanceof LoginRefusal && error.code === 'ERR_IAM_MFA')) budget.failed(origin)",
        '',
      ],
      ['a caller of another account', 'account !== realm || ', ''],
      ['a caller of another partition', ' || partition !== key.partition', ''],
      ['a stale challenge', 'deps.monotonicMs() - challengedAt > STALE_AFTER_MS', 'false'],
      ['a page in circles', 'if (last?.path === path && at - last.at < REDIRECT_LOOP_MS) budget.failed(origin)', ''],
    ],
  ],
  [
    src('login/budget'),
    test('login/budget'),
    [
      ['failures in a minute', 'entry.times.length < PER_MINUTE && ', ''],
      ['failures in a row', ' && entry.inARow < IN_A_ROW', ''],
      ['a success that failed afterwards', 'entry.recovered = false\n', ''],
      ['all origins are one', 'failures.set(origin, entry)', "failures.set('', entry)"],
      ['as many origins as somebody has names', 'failures.size > MAX_ORIGINS && ', 'failures.size < 0 && '],
      [
        'the newest origin instead of the oldest',
        '      failures.delete(origin)\n      failures.set',
        '      failures.set',
      ],
    ],
  ],
  [
    src('login/seen-version2'),
    test('login/seen-version2'),
    [
      ['as many origins as somebody has names', 'seen.size > MAX_ORIGINS', 'seen.size < 0'],
      ['version 1 once there were many other names', 'if (isKept(origin)) continue', ''],
      ['origins that are in use', '      seen.delete(origin)\n      seen.add', '      seen.add'],
    ],
  ],
]
