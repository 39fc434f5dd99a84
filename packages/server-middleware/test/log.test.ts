import { expect, it } from 'vitest'
import { createStderrLogger } from '../src/log.js'

it('logs one JSON line an event, whatever is in it', () => {
  const lines: string[] = []
  createStderrLogger((line) => void lines.push(line)).warn(
    { code: 'ERR_IAM_SEAL', reason: 'a\n\u001b[31mb' },
    'refused',
  )
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^[\x20-\x7e]+\n$/)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    name: 'iam-auth',
    message: 'refused',
    reason: 'a\n\u001b[31mb',
  })
})
