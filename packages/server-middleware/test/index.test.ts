import * as middleware from 'iam-auth-server-middleware'
import { expect, it } from 'vitest'

it('exports these names', () => {
  expect(Object.keys(middleware).sort()).toEqual(['LoginRefusal', 'iamAuth', 'memoryStore', 'redisStore'])
})
