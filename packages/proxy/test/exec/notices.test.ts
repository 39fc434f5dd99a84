import { expect, test } from 'vitest'
import { createNotices } from '../../src/exec/notices.js'

test('a notice says whose it is, where, why and what to do, on one line that no value breaks', () => {
  const lines: string[] = []
  const notices = createNotices({ level: 'warn', write: (line) => void lines.push(line) })
  notices.info({}, 'tunnel failed')
  expect(lines).toEqual([])
  const reason = 'The key\u001b[2J of this\nservice.'
  notices.warn({ origin: 'http://wiki.internal', code: 'ERR_IAM_X', reason, hint: 'Try again.' }, 'login not made')
  expect(lines).toEqual([
    'iam-auth-proxy: login not made at http://wiki.internal: The key?[2J of this service. Try again. (code=ERR_IAM_X)\n',
  ])
})
