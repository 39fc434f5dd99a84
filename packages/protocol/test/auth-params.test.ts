import { formatAuthParam, parseAuthChallenges } from 'iam-auth-protocol'
import { describe, expect, it } from 'vitest'
import { FOREIGN_CHALLENGES } from './foreign-challenges.js'
import { outcome } from './read-vectors.js'

const read = (line: string) =>
  parseAuthChallenges(line).map(({ scheme, params, token68 }) => [scheme, token68 ?? Object.fromEntries(params)])

describe('parseAuthChallenges reads', () => {
  it.each<[string, unknown]>([
    ['', []],
    [' , ,\t', []],
    ['Negotiate', [['negotiate', {}]]],
    ['Negotiate   ', [['negotiate', {}]]],
    ['Negotiate abc==', [['negotiate', 'abc==']]],
    [
      'Negotiate abc==  , Basic',
      [
        ['negotiate', 'abc=='],
        ['basic', {}],
      ],
    ],
    [
      'A, B  , C x=1',
      [
        ['a', {}],
        ['b', {}],
        ['c', { x: '1' }],
      ],
    ],
    ['Basic realm="a, b=\\"c\\" \\\\"', [['basic', { realm: 'a, b="c" \\' }]]],
    [
      'A x=1,y = "2" ,, Z=3 , B',
      [
        ['a', { x: '1', y: '2', z: '3' }],
        ['b', {}],
      ],
    ],
    [
      'A ,B',
      [
        ['a', {}],
        ['b', {}],
      ],
    ],
    // RFC 9110 §11.6.1: an example of the specification itself
    [
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        ['basic', { realm: 'simple' }],
        ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
      ],
    ],
    ['A x=""', [['a', { x: '' }]]],
    [
      'A a=1, b',
      [
        ['a', { a: '1' }],
        ['b', {}],
      ],
    ],
  ])('%j', (line, challenges) => {
    expect(read(line)).toEqual(challenges)
  })
})

describe('a challenge of another scheme', () => {
  const ours = 'IAM realm="123456789012", v="1 2"'
  const own = ['iam', { realm: '123456789012', v: '1 2' }]

  it.each(FOREIGN_CHALLENGES)('%j is read, alone, before ours and after it', (line, challenges) => {
    expect(read(line)).toEqual(challenges)
    expect(read(`${line}, ${ours}`)).toEqual([...challenges, own])
    expect(read(`${ours} ,${line}`)).toEqual([own, ...challenges])
  })
})

describe('parseAuthChallenges refuses', () => {
  it.each([
    ['"quoted"', 'ERR_IAM_CHALLENGE_SYNTAX'],
    ['=', 'ERR_IAM_CHALLENGE_SYNTAX'],
    ['A b c', 'ERR_IAM_CHALLENGE_SYNTAX'],
    ['A b=c d', 'ERR_IAM_CHALLENGE_SYNTAX'],
    ['A x="', 'ERR_IAM_CHALLENGE_SYNTAX'],
    ['A x="\\', 'ERR_IAM_CHALLENGE_SYNTAX'],
    ['A x=(1)', 'ERR_IAM_CHALLENGE_SYNTAX'],
    ['A abc= def=', 'ERR_IAM_CHALLENGE_SYNTAX'],
    ['A abc==, =', 'ERR_IAM_CHALLENGE_SYNTAX'],
    ['A x=1, X=2', 'ERR_IAM_CHALLENGE_PARAMETER_TWICE'],
  ])('%j: %s', (line, refused) => {
    expect(outcome(() => parseAuthChallenges(line))).toEqual({ refused })
  })

  it('names the place and not the text', () => {
    expect(() => parseAuthChallenges('IAM realm="<b>')).toThrow('malformed WWW-Authenticate at character 10')
  })
})

it('escapes quotes and backslashes', () => {
  expect(formatAuthParam('realm', 'a"b\\c')).toBe('realm="a\\"b\\\\c"')
})
