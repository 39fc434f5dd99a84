const src = (name) => `packages/server-middleware/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/server-middleware/test/${name}.test.ts`)

export const middlewareLogin = [
  [
    src('login/verify'),
    [
      ...test('login/verify-request', 'login/verify-challenge', 'login/verify-proof', 'http/rate-limit'),
      'test/security/replay-a-token.test.ts',
    ],
    [
      ['other methods', "  requireMethod(req, 'POST')\n", ''],
      ['other types', '  requireJson(req)\n', ''],
      ['other sites', '  requireSameSite(req, origin)\n', ''],
      ['a proof of another challenge', ', origin, login.challenge)', ', origin)'],
      ['the limits', '    rateLimit.take(clientAddress(req))\n', ''],
      ['a challenge twice', '  await consumeChallenge(challenge, service.store)\n', ''],
      ['regions of any kind', '  requireStsRegion(proof, config.stsRegions)\n', ''],
      ['dates of any kind', '  requireRecentDate(proof, deps.now())\n', ''],
      ['callers of any account', '  requireCaller(caller, config)\n', ''],
      ['callers that no rule admits', '  requireAllowed(identity, config.allow)\n', ''],
    ],
  ],
  [
    src('login/checks'),
    [
      ...test('login/verify-proof', 'login/verify-challenge', 'login/original'),
      'test/security/replay-a-token.test.ts',
      'test/security/confuse-the-verifier.test.ts',
    ],
    [
      [
        'a used challenge',
        'if (!(await store.consume(challengeStoreId(id), expSeconds + CLOCK_SECONDS))) {',
        'if (false) {',
      ],
      ['a challenge that is forgotten at once', 'expSeconds + CLOCK_SECONDS', 'expSeconds - 1000'],
      [
        'decryption under no context',
        'decrypt({ ciphertext, keyArn, encryptionContext })',
        'decrypt({ ciphertext, keyArn, encryptionContext: {} })',
      ],
      ["KMS's answer of another key", 'if (decrypted.keyArn !== keyArn) throw', 'if (false) throw'],
      ['a data key of any size', 'if (plaintext.length !== DATA_KEY_BYTES) throw', 'if (false) throw'],
      ['a seal of another binding', "decipher.setAAD(Buffer.from(binding, 'ascii')).setAuthTag", 'decipher.setAuthTag'],
      ['a seal without its tag', ', decipher.final()])', '])'],
      ['a region that is not ours', 'if (!stsRegions.includes(region)) throw', 'if (false) throw'],
      [
        'an old signature',
        'Math.abs(nowMs - parseDate(date)) <= DATE_WINDOW_MS',
        'parseDate(date) - nowMs <= DATE_WINDOW_MS',
      ],
      [
        'a signature of the future',
        'Math.abs(nowMs - parseDate(date)) <= DATE_WINDOW_MS',
        'nowMs - parseDate(date) <= DATE_WINDOW_MS',
      ],
      ['a window of a day', 'const DATE_WINDOW_MS = 300_000', 'const DATE_WINDOW_MS = 86_400_000'],
      [
        'a request without the binding',
        'identityRequestHeaders({ ...proof, binding }, signature)',
        'identityRequestHeaders({ ...proof, binding: undefined }, signature)',
      ],
    ],
  ],
  [
    src('login/bound-challenge'),
    test('login/verify-proof', 'login/challenge'),
    [
      ['a binding for any origin', 'const common = { origin, realm,', "const common = { origin: '', realm,"],
      [
        'a context for any challenge',
        'boundContext({ origin, challenge: id, realm }',
        "boundContext({ origin, challenge: '', realm }",
      ],
      ['a binding for any end', 'exp: String(expSeconds)', "exp: ''"],
      ['a binding for any versions', 'versions: formatVersionList(versions)', "versions: ''"],
    ],
  ],
  [
    src('login/caller'),
    [
      ...test('login/caller', 'login/verify-proof', 'policy/may-come-in'),
      'test/security/look-like-somebody-else.test.ts',
      'test/security/confuse-the-verifier.test.ts',
      'test/security/learn-from-a-refusal.test.ts',
    ],
    [
      ["an account that is not the ARN's", 'if (principal.account !== account) throw', 'if (false) throw'],
      ['a stranger of another account', 'if (!config.allow.knownAccounts.has(account)) throw', 'if (false) throw'],
      ['another partition', 'if (principal.partition !== config.partition) throw', 'if (false) throw'],
      ['a UserId of another session', 'if (session !== sessionOf(principal)) {', 'if (false) {'],
      ['whom no rule admits', 'if (!mayComeIn(identity, rules)) throw', 'if (false) throw'],
    ],
  ],
]
