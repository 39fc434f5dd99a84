import { describe, expect, it } from 'vitest'
import { type IamAuthRequest, isPublicRequest, parseTarget } from '../../src/http/request-facts.js'
import { parsePublicPath } from '../../src/options/public-paths.js'

describe('the path of a request', () => {
  it.each([
    [{ url: '/a?b' }, '/a'],
    [{ url: '/x', originalUrl: '/app/x?y?z' }, '/app/x'],
    [{ url: '//a' }, '//a'],
    [{ url: '' }, undefined],
    [{ url: '*' }, undefined],
    [{ url: 'http://127.0.0.1/a' }, undefined],
    [{ url: 'evil.example:443' }, undefined],
  ])('%j is %s', (req, path) => {
    expect(parseTarget(req as IamAuthRequest)?.path).toBe(path)
  })

  it.each([
    [{ url: '/assets/x', originalUrl: '/assets/x', baseUrl: '' }, true],
    [{ url: '/x', originalUrl: '/assets/x', baseUrl: '/assets' }, true],
    [{ url: '/?q', originalUrl: '/public?q', baseUrl: '/public' }, true],
    [{ url: '/public', originalUrl: '/assets/x', baseUrl: '' }, true],
    [{ url: '/admin', originalUrl: '/assets/x', baseUrl: '' }, false],
    [{ url: '/assets/x', originalUrl: '/admin', baseUrl: '' }, false],
    [{ url: '/assets/x' }, true],
    [{ url: 'http://127.0.0.1/assets/x' }, false],
  ])('%j is public: %s', (req, expected) => {
    const publicPaths = ['/public', '/assets/*'].map(parsePublicPath)
    expect(isPublicRequest(req as IamAuthRequest, publicPaths)).toBe(expected)
  })
})
