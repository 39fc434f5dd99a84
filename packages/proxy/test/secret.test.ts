import { format, inspect } from 'node:util'
import { expect, it } from 'vitest'
import { Secret } from '../src/secret.js'

const VALUE = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const secret = new Secret(VALUE)

it.each<[how: string, text: string]>([
  ['String', String(secret)],
  ['a template', `${secret}`],
  ['JSON', JSON.stringify({ secret })],
  ['inspect', inspect(secret)],
  ['inspect, deep inside', inspect({ credentials: [{ secret }] }, { depth: 9, showHidden: true })],
  ['%s, %o, %O and %j', format('%s %o %O %j', secret, secret, secret, secret)],
  ['an error of it', inspect(new Error('x', { cause: { secret } }))],
  ['spreading', JSON.stringify({ ...secret })],
  ['its members', JSON.stringify(Object.entries(secret))],
])('%s shows nothing of it', (_, text) => {
  expect(text).not.toContain(VALUE.slice(0, 8))
})

it('is there for whoever asks', () => {
  expect(secret.reveal()).toBe(VALUE)
  expect(String(secret)).toBe('[secret]')
})
