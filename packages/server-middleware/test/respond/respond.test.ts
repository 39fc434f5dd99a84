import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { iamAuth } from '../../src/index.js'
import { send } from '../support/http.js'
import { SECRET, startService } from '../support/service.js'

describe('an answer to a stranger', () => {
  it.each([
    [403, 'POST', '/auth/logout', { origin: 'null' }, 'Login refused'],
    [405, 'GET', '/auth', {}, 'Method not allowed'],
    [415, 'POST', '/auth', {}, 'Not JSON'],
    [421, 'GET', '/', { host: 'evil.example' }, 'Not the address of this service'],
  ])('is a page for people: %i', async (status, method, path, headers, title) => {
    const service = await startService()
    const answer = await send(service.url + path, {
      method,
      headers: { ...headers, accept: 'text/html' } as Record<string, string>,
    })
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(answer.text).toContain(`<h1>${title}</h1>`)
    expect(answer.text).not.toMatch(/ERR_IAM|evil/)
    await service.close()
  })

  it('never carries what the log says', async () => {
    const resolveKey = () => Promise.reject(new Error('arn:aws:iam::123456789012:role/wiki may not kms:DescribeKey'))
    const service = await startService({ kmsKeyId: 'alias/x', region: 'us-east-1', deps: { resolveKey } })
    const answer = await send(service.url)
    expect([answer.status, answer.text.includes('arn:')]).toEqual([503, false])
    expect(service.log.map(({ message }) => message)).toContain('the KMS key cannot be resolved')
    await service.close()
  })

  it('is no answer at all where its reason cannot be logged: nobody comes in instead', async () => {
    const silent = () => {}
    const full = () => {
      throw new Error('the disk is full')
    }
    const auth = iamAuth({
      realm: '123456789012',
      kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000',
      secrets: [SECRET],
      logger: { info: silent, warn: full, error: full },
    })
    const server = http.createServer((req, res) => auth(req, res, () => res.end('come in'))).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    await expect(send(`http://127.0.0.1:${port}/auth`, { method: 'POST' })).rejects.toThrow('socket hang up')
    server.close()
  })
})

describe('at the start', () => {
  const OTHER_KEY = 'arn:aws:kms:us-east-1:210987654321:key/00000000-0000-0000-0000-000000000000'

  it('an operator is warned of another endpoint, and of a key of another account', async () => {
    const service = await startService({ kmsKeyId: OTHER_KEY })
    const { endpoint } = service.aws
    expect(service.log).toEqual([
      { level: 'warn', message: 'AWS endpoints are overridden', kms: endpoint, sts: endpoint },
      { level: 'warn', message: expect.stringContaining('of another account'), key: OTHER_KEY, realm: '123456789012' },
    ])
    await service.close()
  })

  it('of nothing else', async () => {
    const service = await startService({ endpoints: {} })
    expect(service.log).toEqual([])
    await service.close()
  })
})
