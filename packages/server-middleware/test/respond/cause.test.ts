import { describe, expect, it } from 'vitest'
import { describeCause } from '../../src/respond/cause.js'

const named = (name: string, message: string, more = {}) => Object.assign(new Error(message), { name, ...more })

describe('what the log says of a foreign error', () => {
  it.each([
    ['its name alone', named('CredentialsProviderError', 'Command failed: get --secret x'), 'CredentialsProviderError'],
    ['name and code', named('Error', 'redis://me:x@host', { code: 'NR_CLOSED' }), 'Error NR_CLOSED'],
    [
      'the message of the system',
      named('Error', 'connect ECONNREFUSED', { code: 'ECONNREFUSED', syscall: 'connect' }),
      'Error ECONNREFUSED: connect ECONNREFUSED',
    ],
    [
      'AWS’s judgement',
      named('AccessDeniedException', 'User: a is not authorized'),
      'AccessDeniedException: User: a is not authorized',
    ],
    ['nothing of a name that is none', named('IQoJb3JpZ2lu/+==', 'x'), 'an unknown error'],
    ['nothing of a text', 'a text', 'an unknown error'],
  ])('%s', (_, cause, text) => {
    expect(describeCause(cause)).toBe(text)
  })
})
