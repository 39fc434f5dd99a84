import { findPolicyProblems } from '../policy/check-policy.js'
import { type Check, isObjectOf, isOneOf, isPattern, isText, listOf, wholeNumber } from './checks.js'
import type { Seed } from './seed.js'

/** Takes a seed for what it says. Throws `TypeError` whose message has a line for each problem: where, and what is wrong. */
export function checkSeed(seed: unknown): Seed {
  const problems: string[] = []
  checkWhole(seed, 'seed', problems)
  if (problems.length > 0) throw new TypeError(problems.join('\n'))
  return seed as Seed
}

const policy: Check = (value, path, problems) => {
  for (const problem of findPolicyProblems(value)) problems.push(`${path}: ${problem}`)
}

const jwks: Check = isObjectOf({ required: { keys: listOf(isObjectOf({ open: true })) }, open: true })

const path = isPattern(/^\/([\x21-\x7e]{1,510}\/)?$/, 'a path that begins and ends with a slash')
const entityName = isPattern(/^[\w+=,.@-]{1,64}$/, 'a name of 1 to 64 letters, digits and _+=,.@-')

const accessKey = isObjectOf({
  optional: {
    accessKeyId: isPattern(/^AKIA[A-Z0-9]{16}$/, 'AKIA and 16 capitals or digits'),
    secretAccessKey: isPattern(/^[\x21-\x7e]{16,128}$/, 'a secret of 16 to 128 characters'),
    status: isOneOf('Active', 'Inactive'),
  },
})

const mfaDevice = isObjectOf({
  optional: {
    serialNumber: isPattern(/^[\w+=/:,.@-]{9,256}$/, 'a serial number or ARN'),
    secret: isPattern(/^[A-Z2-7]{16,}=*$/i, 'base32 of 16 characters or more'),
  },
})

const user = isObjectOf({
  required: { name: entityName },
  optional: { path, accessKeys: listOf(accessKey), policies: listOf(policy), mfaDevices: listOf(mfaDevice) },
})

const role = isObjectOf({
  required: { name: entityName },
  optional: { path, trustPolicy: policy, policies: listOf(policy), maxSessionSeconds: wholeNumber(3600, 43_200) },
})

const key = isObjectOf({
  optional: {
    id: isPattern(
      /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
      'a UUID in lower case, or mrk- and 32 hex digits',
    ),
    region: isPattern(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'a region such as eu-west-1'),
    aliases: listOf(isPattern(/^alias\/[\w/-]{1,250}$/, 'alias/ and a name')),
    description: isText,
    policy,
    state: isOneOf('Enabled', 'Disabled', 'PendingDeletion'),
    usage: isOneOf('ENCRYPT_DECRYPT', 'SIGN_VERIFY'),
  },
})

const samlProvider = isObjectOf({
  required: {
    name: isPattern(/^[\w._-]{1,128}$/, 'a name of 1 to 128 letters, digits and ._-'),
    issuer: isText,
    certificate: isPattern(/^-----BEGIN (CERTIFICATE|PUBLIC KEY)-----\s/, 'a certificate or public key in PEM'),
  },
})

const oidcProvider = isObjectOf({
  required: {
    issuer: isPattern(/^https:\/\/\S+[^/]$/, 'an https URL without a final slash'),
    clientIds: listOf(isText),
    jwks,
  },
})

const account = isObjectOf({
  required: { id: isPattern(/^\d{12}$/, 'twelve digits') },
  optional: {
    partition: isOneOf('aws', 'aws-cn', 'aws-us-gov'),
    users: listOf(user),
    roles: listOf(role),
    keys: listOf(key),
    samlProviders: listOf(samlProvider),
    oidcProviders: listOf(oidcProvider),
    rootAccessKeys: listOf(accessKey),
  },
})

const checkWhole = isObjectOf({ optional: { accounts: listOf(account) } })
