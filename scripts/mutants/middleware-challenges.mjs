const src = (name) => `packages/server-middleware/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/server-middleware/test/${name}.test.ts`)

export const middlewareChallenges = [
  [
    src('challenges'),
    test('challenges', 'login/verify-challenge'),
    [
      ['any MAC', '!timingSafeEqual(parseBase64Url(mac), expected)', 'false'],
      ['a MAC of another secret', 'keys.find((candidate) => candidate.kid === kid)', 'keys[0]'],
      ['a MAC of another origin', 'challengeMacInput(origin, id))\n      if', "challengeMacInput('', id))\n      if"],
      ['a proof of another challenge', 'expectedId !== undefined && expectedId !== id', 'false'],
      ['an expired challenge', 'if (nowSeconds >= expSeconds) throw', 'if (false) throw'],
      ['a challenge in its last second', 'nowSeconds >= expSeconds', 'nowSeconds > expSeconds'],
      ['a challenge of the future', 'expSeconds - CHALLENGE_SECONDS > nowSeconds + FUTURE_SECONDS', 'false'],
      ['two challenge cookies', ' || found.length > 1 || ', ' || '],
      ["another scheme's cookie", ' || cookie.name !== challengeCookieName(origin)) {', ') {'],
    ],
  ],
  [
    src('login/challenge'),
    test('login/challenge', 'login/original'),
    [
      ['a used challenge once more', '(await store.used(challengeStoreId(held.id))) ? undefined : held', 'held'],
      ['a challenge that is about to end', ' || challenges.secondsLeft(held) < MIN_SECONDS_LEFT', ''],
      ['one challenge twice for version 2', 'if (!config.protocols.includes(1)) return undefined', ''],
    ],
  ],
  [
    src('login/original'),
    [...test('login/original'), 'test/security/replay-a-token.test.ts'],
    [
      [
        'a token without its cookie',
        'if (challenge === undefined) {\n    bounce',
        'if (token.length === 0) {\n    bounce',
      ],
      ['a challenge twice', '  await consumeChallenge(challenge, store)\n', ''],
      ['an access key twice', 'if (await store.used(accessKey)) throw accessKeyUsed()', ''],
      ['an access key that is not remembered', '  await consumeAccessKey(accessKey, service)\n', ''],
      ['callers of any account', '  requireCaller(caller, config)\n', ''],
      ['callers that no rule admits', '  requireAllowed(identity, config.allow)\n', ''],
      ['the limits', '    service.rateLimit.take(clientAddress(req))\n', ''],
      ['a parameter twice', 'moreTokens.length > 0 || moreReturnPaths.length > 0', 'false'],
      ['tokens of any size', 'bytes.length < MIN_CIPHERTEXT_BYTES || bytes.length > KMS_MAX_CIPHERTEXT_BYTES', 'false'],
      ['bounces without end', 'if (hasBounceMark(returnUrl)) throw', 'if (false) throw'],
      ['any return path', 'returnUrl: safeReturnUrl(returnPath, origin, authPath)', "returnUrl: returnPath ?? '/'"],
    ],
  ],
  [
    src('login/own-route'),
    test('login/original', 'login/verify-request'),
    [['version 1 where it is not offered', "method === 'GET' && config.protocols.includes(1)", "method === 'GET'"]],
  ],
  [
    src('login/logout'),
    test('login/logout'),
    [
      ['logouts by other sites', '  requireSameSite(req, origin)\n', ''],
      ['logouts by GET', "  requireMethod(req, 'POST')\n", ''],
      ['a session after its logout', '    await sessions.revoke(identity)\n', ''],
    ],
  ],
]
