import { expect, it } from 'vitest'
import { type TrustPlace, trustFiles } from '../../src/trust/paths.js'

const place = { configDir: undefined, env: {}, platform: 'linux', home: '/home/alice' } as const

it.each<[what: string, place: Partial<TrustPlace>, user: string]>([
  ['~/.config', {}, '/home/alice/.config/iam-auth-proxy/trust.json'],
  ['XDG_CONFIG_HOME', { env: { XDG_CONFIG_HOME: '/xdg' } }, '/xdg/iam-auth-proxy/trust.json'],
  [
    'not a relative XDG_CONFIG_HOME, which the specification says to ignore',
    { env: { XDG_CONFIG_HOME: 'xdg' } },
    '/home/alice/.config/iam-auth-proxy/trust.json',
  ],
  [
    'Application Support on a Mac',
    { platform: 'darwin' },
    '/home/alice/Library/Application Support/iam-auth-proxy/trust.json',
  ],
  ['APPDATA on Windows', { platform: 'win32', env: { APPDATA: '/c/Roaming' } }, '/c/Roaming/iam-auth-proxy/trust.json'],
  ['the environment', { env: { IAM_AUTH_PROXY_CONFIG_DIR: '/env', XDG_CONFIG_HOME: '/xdg' } }, '/env/trust.json'],
  ['the flag', { configDir: '/flag', env: { IAM_AUTH_PROXY_CONFIG_DIR: '/env' } }, '/flag/trust.json'],
])('the user’s file is in %s', (_what, own, user) => {
  expect(trustFiles({ ...place, ...own }).user).toBe(user)
})

it('an administrator’s file is in /etc, and none is read on Windows, where its owner cannot be told', () => {
  expect(trustFiles(place).system).toBe('/etc/iam-auth-proxy/trust.json')
  expect(trustFiles({ ...place, platform: 'darwin' }).system).toBe('/etc/iam-auth-proxy/trust.json')
  expect(trustFiles({ ...place, platform: 'win32' }).system).toBeUndefined()
})
