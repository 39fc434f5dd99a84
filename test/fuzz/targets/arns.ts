import { ProtocolError, parseKeyArn, parsePrincipalArn } from 'iam-auth-protocol'
import keyArns from '../../../packages/protocol/test/vectors/key-arns.json' with { type: 'json' }
import principalArns from '../../../packages/protocol/test/vectors/principal-arns.json' with { type: 'json' }
import { corpusOf, mutated } from '../mutations.js'
import { readKeyArn, readPrincipalArn } from '../oracles/names.js'
import { judged, requireRule, type Target } from '../target.js'

const ARN_PIECES = [
  'arn:',
  'aws',
  'aws-cn',
  ':',
  '::',
  '/',
  'kms',
  'sts',
  'iam',
  'user/',
  'assumed-role/',
  'root',
  'mrk-',
  'us-gov-west-1',
  '0',
]

export const arnTargets: readonly Target<string>[] = [
  {
    name: 'parsePrincipalArn',
    weight: 2,
    inputs: mutated(
      corpusOf(principalArns.cases, (own) => own.arn),
      ARN_PIECES,
    ),
    run: judged(parsePrincipalArn, [ProtocolError], (arn, accepted) => {
      const read = readPrincipalArn(arn)
      requireRule('an ARN that GetCallerIdentity gives', read !== undefined)
      const name = accepted.kind === 'role' ? read?.path[0] : (read?.path.at(-1) ?? 'root')
      const isSame = accepted.account === read?.account && accepted.name === name && accepted.arn === arn
      requireRule('read as it stands', isSame && accepted.partition === read?.partition)
    }),
  },
  {
    name: 'parseKeyArn',
    weight: 2,
    inputs: mutated(
      corpusOf(keyArns.cases, (own) => own.arn),
      ARN_PIECES,
    ),
    run: judged(parseKeyArn, [ProtocolError], (arn, accepted) => {
      const read = readKeyArn(arn)
      requireRule('the full ARN of a key', read !== undefined)
      const isSame = accepted.account === read?.account && accepted.region === read?.region && accepted.arn === arn
      requireRule('read as it stands', isSame && accepted.keyId === read?.id && accepted.partition === read?.partition)
    }),
  },
]
