import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { logIn, prepareLogin } from '../../packages/server-middleware/test/support/client.js'
import { NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { chromiumPath } from '../support/browser.js'
import { thisFile } from '../support/cleanup.js'
import { isMissing } from '../support/programs.js'
import { keysOf } from '../support/proxy.js'
import type { ServiceOptions, TestService } from '../support/service.js'
import { until } from '../support/until.js'
import { admitted, refusals, type Token, takeToken } from './attempts.js'
import { giveCookies, heldCookies, startVictim, type Victim } from './victim.js'

/** A page that Alice visits wants her browser to work under Mallory's login, so that what she writes is his. */

const forFile = thisFile()
let victim: Victim

type Site = TestService & { readonly origin: string }

/** As careless an application as there is: scripts of every site may send it anything, with cookies. */
const allowEverySite: ServiceOptions['before'] = (app) =>
  app.use((req, res, next) => {
    res.set('Access-Control-Allow-Origin', req.get('origin') ?? '*')
    res.set({ 'Access-Control-Allow-Credentials': 'true', 'Access-Control-Allow-Headers': 'content-type' })
    if (req.method === 'OPTIONS') res.status(204).end()
    else next()
  })

const mallorys = (service: Site) =>
  prepareLogin(service, { origin: service.origin, credentials: keysOf(victim.aws, 'mallory') })
const mallorysToken = (service: Site) =>
  takeToken(service, victim.aws.issueSession({ user: 'mallory' }), service.origin)
const linkTo = (origin: string, { token }: Token, back = '/page') =>
  `${origin}/auth?return_url=${encodeURIComponent(back)}&token=${encodeURIComponent(token)}`
const challengePair = (cookie: string) => /=(.*)$/.exec(cookie)?.[1] ?? ''
const sidOf = (cookies: readonly string[]) => {
  const [, value = ''] = cookies.map((pair) => /iam_auth=(.*)$/.exec(pair) ?? []).find(({ length }) => length > 0) ?? []
  return (JSON.parse(Buffer.from(value, 'base64').toString() || '{}') as { sid?: string }).sid
}

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('a page of another site, in Chromium,', () => {
  beforeAll(async () => {
    victim = await startVictim(forFile)
    victim.aws.state.addUser({ name: 'mallory', policies: victim.aws.state.user('alice').policies })
  })
  beforeEach(() => victim.aws.resetCalls())

  const posts: [name: string, script: (url: string, body: string) => string][] = [
    [
      'a form of plain text',
      (url, body) =>
        `const f = document.createElement('form'); f.method = 'post'; f.enctype = 'text/plain'; f.action = '${url}';
         const i = document.createElement('input'); i.name = ${JSON.stringify(body.slice(0, -1))} + ',"x":"'; i.value = '"}';
         f.append(i); document.body.append(f); f.submit()`,
    ],
    [
      'a form',
      (url) =>
        `document.body.innerHTML = '<form method=post action="${url}"><input name=v value=2></form>'; document.forms[0].submit()`,
    ],
    [
      'an opaque fetch',
      (url, body) =>
        `fetch('${url}', { method: 'POST', mode: 'no-cors', credentials: 'include', body: ${JSON.stringify(body)} })`,
    ],
    [
      'an opaque fetch that asks for JSON',
      (url, body) =>
        `fetch('${url}', { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(body)} })`,
    ],
    [
      'a fetch of JSON',
      (url, body) =>
        `fetch('${url}', { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(body)} })`,
    ],
    [
      'a request of the old kind',
      (url, body) =>
        `const x = new XMLHttpRequest(); x.open('POST', '${url}'); x.withCredentials = true; x.send(${JSON.stringify(body)})`,
    ],
    [
      'a beacon of JSON',
      (url, body) =>
        `navigator.sendBeacon('${url}', new Blob([${JSON.stringify(body)}], { type: 'application/json' }))`,
    ],
    [
      'a fetch without an origin',
      (url, body) =>
        `const s = 'fetch("${url}", { method: "POST", mode: "no-cors", credentials: "include", body: ' + JSON.stringify(${JSON.stringify(body)}) + ' })';
         const f = document.createElement('iframe'); f.sandbox = 'allow-scripts'; f.srcdoc = '<script>' + s + '</' + 'script>'; document.body.append(f)`,
    ],
  ]

  describe.each(['http', 'https'])('over %s', (scheme) => {
    test.each(['evil.example.test', 'evil.test'])(
      'as %s: posts no login of its own, whatever cookie it sets first',
      async (name) => {
        const service = await victim.serviceAt(`${scheme}://wiki.example.test`, { before: allowEverySite })
        const hostile = `${scheme}://${name}`
        await victim.pageAt(hostile)
        const { headers, body } = await mallorys(service)
        const context = (await victim.open()).context()
        for (const [how, script] of posts) {
          const page = await context.newPage()
          await page.goto(hostile)
          await page.evaluate(
            `document.cookie = 'iam_auth_c=${challengePair(headers.cookie)}; domain=example.test; path=/'`,
          )
          const before = refusals(service).length
          await page.evaluate(`void setTimeout(() => { ${script(`${service.origin}/auth`, body)} })`) // it may leave the page
          await until(`${how} is refused`, () => refusals(service).length > before)
        }
        expect([admitted(service), tally(victim.aws)]).toEqual([[], NOTHING])
        expect((await heldCookies(context, service.origin)).filter((pair) => !pair.startsWith('iam_auth_c='))).toEqual(
          [],
        )
        expect(new Set(refusals(service))).toEqual(new Set(['ERR_IAM_CONTENT_TYPE', 'ERR_IAM_CROSS_SITE']))
      },
    )
  })

  describe('a link to a login of version 1, with a token of its own,', () => {
    test('leads Alice to her own login: the token is not looked at', async () => {
      const service = await victim.serviceAt('http://wiki.example.test', { protocols: [1, 2] })
      const link = linkTo(service.origin, await mallorysToken(service))
      const page = await victim.open()
      await page.goto(link)
      expect(page.url()).toBe(`${service.origin}/page?__iam=1`)
      expect(await page.textContent('h1')).toBe(victim.aws.state.user('alice').arn)
      expect(tally(victim.aws)).toEqual({ ...ONE_LOGIN, GetCallerIdentity: expect.any(Number) })
      expect(admitted(service)).toEqual([victim.aws.state.user('alice').arn])
    })

    test('opens nothing in a browser with a challenge of its own, and is not tried again', async () => {
      const service = await victim.serviceAt('https://wiki.example.test', { protocols: [1, 2] })
      const page = await victim.open()
      expect((await page.goto(`${service.origin}/page`))?.status()).toBe(401)
      const link = linkTo(service.origin, await mallorysToken(service))
      expect((await page.goto(link))?.status()).toBe(403)
      expect([tally(victim.aws), refusals(service)]).toEqual([{ Decrypt: 1 }, ['ERR_IAM_KMS_REFUSED']])
      expect(await heldCookies(page.context(), service.origin)).toEqual([])
    })

    test('changes nothing for Alice when she is signed in, not even with a cookie that fits it', async () => {
      const service = await victim.serviceAt('http://wiki.example.test', { protocols: [1, 2] })
      await victim.pageAt('http://evil.example.test')
      const page = await victim.open()
      await page.goto(`${service.origin}/page`)
      const before = await heldCookies(page.context(), service.origin)
      const token = await mallorysToken(service)
      await page.goto('http://evil.example.test')
      await page.evaluate(`document.cookie = '${token.cookie}; domain=example.test; path=/'`)
      victim.aws.resetCalls()
      await page.goto(linkTo(service.origin, token))
      expect(await page.textContent('h1')).toBe(victim.aws.state.user('alice').arn)
      expect(tally(victim.aws)).toEqual(NOTHING)
      expect(sidOf(await heldCookies(page.context(), service.origin))).toBe(sidOf(before))
    })

    test.each([
      ['under its own name', (value: string) => `__Host-iam_auth_c=${value}; secure`],
      [
        'under its own name, for the whole domain',
        (value: string) => `__Host-iam_auth_c=${value}; secure; domain=example.test`,
      ],
      ['under the name of plain http', (value: string) => `iam_auth_c=${value}; domain=example.test`],
      ['without a name', (value: string) => `=__Host-iam_auth_c=${value}; domain=example.test`],
      ['in lower case', (value: string) => `__host-iam_auth_c=${value}; secure; domain=example.test`],
      [
        'behind a space of another script',
        (value: string) => `\u2000__Host-iam_auth_c=${value}; secure; domain=example.test`,
      ],
      ['behind a no-break space', (value: string) => `\u00a0__Host-iam_auth_c=${value}; secure; domain=example.test`],
      [
        'inside the value of another',
        (value: string) => `x="; __Host-iam_auth_c=${value}; "; secure; domain=example.test`,
      ],
      ['twice, by path', (value: string) => `iam_auth_c=${value}; domain=example.test; path=/auth`],
    ])('is not helped over https by a cookie that a sibling sets %s', async (_, cookieOf) => {
      const service = await victim.serviceAt('https://wiki.example.test', { protocols: [1, 2] })
      await victim.pageAt('https://evil.example.test')
      const token = await mallorysToken(service)
      const page = await victim.open()
      await page.goto('https://evil.example.test')
      await page.evaluate(`document.cookie = ${JSON.stringify(`${cookieOf(challengePair(token.cookie))}; path=/`)}`)
      await page.goto(linkTo(service.origin, token))
      await page.goto(linkTo(service.origin, token))
      expect(admitted(service)).toEqual([])
      expect((await heldCookies(page.context(), service.origin)).filter((pair) => /iam_auth=/.test(pair))).toEqual([])
      expect(tally(victim.aws)['GetCallerIdentity']).toBeUndefined()
    })
  })

  describe('a session', () => {
    test('is a new one after a login, and what was there before is gone', async () => {
      const service = await victim.serviceAt('http://wiki.example.test', { sessionSeconds: 60 })
      const planted = await logIn(service, { origin: service.origin, credentials: keysOf(victim.aws, 'mallory') })
      const page = await victim.open()
      await giveCookies(page.context(), planted.cookie, service.origin)
      service.clock.advance(61)
      const sids = [sidOf(await heldCookies(page.context(), service.origin))]
      for (const _ of [1, 2]) {
        await page.goto(`${service.origin}/page`)
        expect(await page.textContent('h1')).toBe(victim.aws.state.user('alice').arn)
        sids.push(sidOf(await heldCookies(page.context(), service.origin)))
        service.clock.advance(61)
      }
      expect(new Set(sids).size).toBe(3)
      expect(sids).not.toContain(undefined)
    })

    test('of Mallory, set by a sibling beside that of Alice, makes nobody of her, and then herself', async () => {
      const service = await victim.serviceAt('http://wiki.example.test')
      await victim.pageAt('http://evil.example.test')
      const { cookie } = await logIn(service, { origin: service.origin, credentials: keysOf(victim.aws, 'mallory') })
      const page = await victim.open()
      await page.goto(`${service.origin}/page`)
      await page.goto('http://evil.example.test')
      for (const pair of cookie.split('; '))
        await page.evaluate(`document.cookie = '${pair}; domain=example.test; path=/'`)
      for (const _ of [1, 2]) {
        await page.goto(`${service.origin}/page`)
        expect(await page.textContent('h1')).toBe(victim.aws.state.user('alice').arn)
      }
    })

    test('of Mallory cannot be set by a sibling over https', async () => {
      const service = await victim.serviceAt('https://wiki.example.test')
      await victim.pageAt('https://evil.example.test')
      const { cookie } = await logIn(service, { origin: service.origin, credentials: keysOf(victim.aws, 'mallory') })
      const variants = [
        cookie,
        cookie.replaceAll('__Host-', ''),
        cookie.replaceAll('__Host-', '=__Host-'),
        cookie.replaceAll('__Host-', '__host-'),
        cookie.replaceAll('__Host-', '\u2000__Host-'),
      ]
      for (const variant of variants) {
        const page = await victim.open()
        await page.goto('https://evil.example.test')
        for (const pair of variant.split('; ')) {
          await page.evaluate(`document.cookie = ${JSON.stringify(`${pair}; domain=example.test; path=/; secure`)}`)
        }
        expect((await page.goto(`${service.origin}/page`))?.status(), variant.slice(0, 12)).toBe(401)
      }
      expect(service.seen).toEqual([])
    })
  })
})
