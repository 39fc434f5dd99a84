import { describe, expect, it } from 'vitest'
import { conditionsHold } from '../../src/policy/conditions.js'
import { isWildcardMatch } from '../../src/policy/wildcard.js'

const context = new Map([
  ['aws:username', 'alice'],
  ['aws:multifactorauthpresent', 'true'],
  ['kms:encryptioncontext:to', 'wiki'],
])

describe('a condition', () => {
  it.each([
    ['StringEquals', 'aws:username', 'alice', true],
    ['StringEquals', 'AWS:UserName', ['bob', 'alice'], true],
    ['StringEquals', 'aws:username', 'Alice', false],
    ['StringEquals', 'aws:absent', 'x', false],
    ['StringEqualsIfExists', 'aws:absent', 'x', true],
    ['StringEqualsIfExists', 'aws:username', 'x', false],
    ['StringEqualsIgnoreCase', 'aws:username', 'ALICE', true],
    ['StringNotEquals', 'aws:username', ['bob', 'alice'], false],
    ['StringNotEquals', 'aws:username', 'bob', true],
    ['StringNotEquals', 'aws:absent', 'x', true],
    ['StringLike', 'aws:username', 'al*', true],
    ['StringLike', 'aws:username', 'al?', false],
    ['StringNotLike', 'aws:username', 'al*', false],
    ['ArnLike', 'aws:username', '*', true],
    ['Bool', 'aws:MultiFactorAuthPresent', 'true', true],
    ['Bool', 'aws:MultiFactorAuthPresent', 'false', false],
    ['BoolIfExists', 'aws:absent', 'false', true],
    ['Null', 'aws:absent', 'true', true],
    ['Null', 'aws:username', 'true', false],
    ['Null', 'aws:username', 'false', true],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM writes its policy variables like this.
    ['StringEquals', 'aws:username', '${aws:username}', true],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the same.
    ['StringLike', 'aws:username', '${aws:absent}*', false],
  ])('%s of %s and %j is %s', (operator, key, expected, holds) => {
    expect(conditionsHold({ [operator]: { [key]: expected } }, context)).toBe(holds)
  })

  it('must hold for every operator and every key', () => {
    const one = { 'aws:username': 'alice' }
    expect(conditionsHold({ StringEquals: { ...one, 'kms:EncryptionContext:to': 'wiki' } }, context)).toBe(true)
    expect(conditionsHold({ StringEquals: { ...one, 'kms:EncryptionContext:to': 'x' } }, context)).toBe(false)
    expect(conditionsHold({ StringEquals: one, Null: { 'aws:username': 'true' } }, context)).toBe(false)
  })

  it('of an operator that is not modelled is a mistake, not a pass', () => {
    expect(() => conditionsHold({ IpAddress: { 'aws:username': 'x' } }, context)).toThrow(TypeError)
  })
})

describe('a pattern', () => {
  it.each([
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abcd', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*b*', 'aba', true],
    ['a.c', 'abc', false],
    ['**x', 'yyx', true],
    ['abc', 'ab', false],
  ])('%s and %s: %s', (pattern, text, matches) => {
    expect(isWildcardMatch(pattern, text)).toBe(matches)
  })

  it('with many stars is decided at once', () => {
    expect(isWildcardMatch(`${'*a'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false)
  })
})
