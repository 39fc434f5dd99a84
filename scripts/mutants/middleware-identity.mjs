const src = (name) => `packages/server-middleware/src/${name}.ts`
const test = (...names) => names.map((name) => `packages/server-middleware/test/${name}.test.ts`)

export const middlewareIdentity = [
  [
    src('policy/may-come-in'),
    test('policy/may-come-in'),
    [
      ['root by its account', 'return rules.root && (', 'return ('],
      ['root of any account', ' && (account === rules.realm || rules.accounts.has(account))', ''],
      ['federated users by their account', "if (kind === 'federated-user') return matches(rules.federatedUsers)", ''],
      ['roles by the rules for users', "kind === 'user' ? rules.users : rules.roles", 'rules.users'],
      ['names of any account', 'return account === rules.realm && namedInRealm', 'return namedInRealm'],
      ['a unique id with its session', "uniqueId.split(':', 1)[0] ?? ''", 'uniqueId'],
    ],
  ],
  [
    src('policy/arn-pattern'),
    test('policy/may-come-in', 'options/resolve-options'),
    [
      ['a pattern for a part of an ARN', 'patterns.length === segments.length && ', ''],
      ['a pattern that is open at its end', ' || !text.endsWith(tail)', ''],
      ['a pattern that is open at its start', '!text.startsWith(head) || ', ''],
      ['head and tail that overlap', ' || text.length < head.length + tail.length', ''],
      ['a star that crosses segments', 'text.split(/[/:]/)', 'text.split(/:/)'],
      ['an account with a star', '::(\\d{12}):(user', '::([\\d*]{1,12}):(user'],
      ['a pattern of another partition', 'if (partition !== expectedPartition) throw', 'if (false) throw'],
      ['look-alikes of Identity Center', "name.startsWith('AWSReservedSSO_') && name.includes('*')", 'false'],
      ['pieces in another order', 'rest = rest.slice(at + piece.length)', ''],
    ],
  ],
  [
    src('policy/rules'),
    test('policy/may-come-in', 'options/resolve-options'),
    [
      ['everyone beside the named', '(named ? [] : [realm])', '[realm]'],
      ['a misspelt rule', '  requireKnownNames(allow)\n', ''],
      ['rules that admit nobody', 'if (rules.every((rule) => rule.length === 0) && !root) throw', 'if (false) throw'],
    ],
  ],
  [
    src('aws/sts-answer'),
    test('aws/sts', 'aws/sts-answer'),
    [
      ['any status', 'if (status === 200) return', 'if (status < 400) return'],
      ['any type', "if (mediaType !== 'application/json') throw wrong('not JSON')", ''],
      ['bytes that are not UTF-8', '{ fatal: true, ignoreBOM: true }', '{ ignoreBOM: true }'],
      ['members with escapes', "text.includes('\\\\') || ", ''],
      ['a member twice', ' || once.some((name) => text.split(`"${name}"`).length !== 2)', ''],
      ['an empty account', " || text === ''", ''],
    ],
  ],
  [
    src('aws/sts-xml-answer'),
    test('aws/sts-xml-answer'),
    [
      ['anything around the document', "'</GetCallerIdentityResponse>$'", "'</GetCallerIdentityResponse>'"],
      ['entities', '[^<>&]+</(?:Arn', '[^<>]+</(?:Arn'],
      ['two of one element', '{3})</GetCallerIdentityResult>', '{3,9})</GetCallerIdentityResult>'],
      ['XML of any status', 'answer.status === 200 ? fromXml(answer) : undefined', 'fromXml(answer)'],
      ['XML of any type', '!/^(?:text|application)\\/xml\\b/i.test(contentType) || ', ''],
    ],
  ],
  [
    src('respond/cause'),
    test('respond/cause'),
    [
      ['every message', 'syscall !== undefined || JUDGEMENTS.includes(name)', 'true'],
      ['names of any form', '/^[A-Za-z0-9_.]{1,64}$/.test(text)', 'true'],
    ],
  ],
  [
    src('aws/sts'),
    [...test('aws/sts'), 'test/security/confuse-the-verifier.test.ts'],
    [['answers of any size', 'if (length > MAX_ANSWER_BYTES) break', 'if (false) break']],
  ],
]
