import { expect, test } from 'vitest'
import { formatConfig } from '../../src/config/print.js'
import { resolveConfig } from '../../src/config/resolve.js'
import { describeRoute, readRoute } from '../../src/own/status/route.js'

const files: Readonly<Record<string, string>> = { secret: 'http://me:battery-staple@p:3128\n' }
const resolve = (upstreamProxy: readonly string[], more = {}) =>
  resolveConfig({ configDir: '/config', upstreamProxy, ...more }, {}, (path) => files[path] ?? '')

test('routes are shown without users and passwords', () => {
  const config = resolve(['*.x.example=direct'], { upstreamProxyFile: 'secret' })
  expect(JSON.parse(formatConfig(config)).upstreamRoutes).toEqual(['*.x.example=direct', '*=http://p:3128'])
  expect(formatConfig(config)).not.toMatch(/battery-staple|me@|me:/)
  const route = readRoute(config)
  expect(JSON.stringify(route)).not.toMatch(/battery-staple|"me"/)
  expect(describeRoute(route)).toBe('*.x.example directly, * through http://p:3128')
})

test('what no route is for is said, too', () => {
  expect(describeRoute(readRoute(resolve([])))).toBe('directly')
  expect(describeRoute(readRoute(resolve(['a.example=http://p:1'])))).toBe(
    'a.example through http://p:1, all else directly',
  )
  expect(describeRoute(readRoute(resolve(['a.example=direct'], { socksProxy: 'b:1' })))).toBe(
    'a.example directly, all else through the SOCKS proxy at b:1',
  )
})

test('a proxy that is our own address is a problem beside all others', () => {
  const run = () => resolve(['http://127.0.0.1:9000'], { bind: '127.0.0.1:9000', logLevel: 'loud' })
  expect(run).toThrow(/--upstream-proxy: http:\/\/127\.0\.0\.1:9000 is the address of this proxy itself\n--log-level/)
})
