import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ProtocolError, parseKeyArn } from 'iam-auth-protocol'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { explainDenial } from '../../packages/proxy/src/aws/denial.js'
import { explainAwsError } from '../../packages/proxy/src/aws/errors.js'
import { renewalOf } from '../../packages/proxy/src/aws/renewal.js'
import { LoginRefusal } from '../../packages/proxy/src/login/refusal.js'
import { donePage, formPage, overPage } from '../../packages/proxy/src/mfa/form-page.js'
import { createQuestion } from '../../packages/proxy/src/mfa/question.js'
import { renderFailure } from '../../packages/proxy/src/pages/failure.js'
import { renderRefusal } from '../../packages/proxy/src/pages/refusal-page.js'
import { Secret } from '../../packages/proxy/src/secret.js'
import { refusalFor } from '../../packages/proxy/src/server/statuses.js'
import { chromiumPath, startBrowserWithoutProxy } from '../support/browser.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { isMissing } from '../support/programs.js'

/** Every kind of page that people meet, as it is sent, in a real browser. With SCREENS=<folder> each is photographed. */
const forFile = thisFile()
const { SCREENS } = process.env
const NOW = Date.UTC(2026, 0, 31, 12)
const ORIGIN = 'http://a-rather-long-name.of-a-service.corp.example.com'
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'
const ARN = 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Developers_0123456789abcdef/alice@example.com'
const DEVICE = 'arn:aws:iam::123456789012:mfa/alice-with-a-long-name'

interface Sent {
  readonly rawHeaders: readonly string[]
  readonly body: string
}

const exchange = {
  origin: ORIGIN,
  method: 'GET',
  path: '/',
  requestRawHeaders: [],
  responseRawHeaders: ['Date', new Date(NOW + 720_000).toUTCString(), 'Iam-Auth-Kms-Key-Id', KEY],
  startedAt: 0,
  attempt: 0,
  replayedWith: undefined,
  replayable: true,
  signal: new AbortController().signal,
}

function refused(error: LoginRefusal | ProtocolError | undefined): Sent {
  if (error === undefined) throw new Error('no words for this')
  const answer = renderRefusal({ error, exchange, request: '0badcafe', now: NOW })
  if (answer.kind !== 'respond') throw new Error('no page')
  return answer
}

function unreachable(code: string, why = 'why', hint?: string): Sent {
  const error = Object.assign(new Error(why), { code, ...(hint !== undefined && { hint }) })
  const { status, message, proxyError, request, advice } = refusalFor(error, new URL(ORIGIN).host)
  const { hint: told = '', who = '', title = '', canRetry = false } = advice
  const host = new URL(ORIGIN).host
  return renderFailure({ status, title, host, message, hint: told, who, code: proxyError, request, canRetry }, 'page')
}

const aws = (name: string, message = '') => Object.assign(new Error(message), { name })
const credentials = {
  accessKeyId: 'ASIA',
  secretAccessKey: new Secret('x'),
  sessionToken: new Secret('y'),
  expiresAt: undefined,
  origin: 'of profile dev',
  howToRenew: renewalOf({ CREDENTIALS_PROFILE_SSO: 'r' }, 'dev'),
}
const denied = (why: string) => {
  const context = { 'iam-auth-origin': ORIGIN }
  const error = aws(
    'AccessDeniedException',
    `User: ${ARN} is not authorized to perform: kms:Encrypt on resource: ${KEY} ${why}`,
  )
  return explainDenial(error, { key: parseKeyArn(KEY), context, credentials })
}
const ticket = (reason: string | undefined) => {
  const question = createQuestion(DEVICE, () => false)
  if (reason !== undefined) question.end(reason)
  return { id: 'i'.repeat(22), question: { ...question, reason: () => reason }, returnTo: `${ORIGIN}/page` }
}
const own = ({ contentSecurityPolicy = '', contentType, body }: ReturnType<typeof formPage>): Sent => ({
  rawHeaders: ['Content-Type', contentType, 'Content-Security-Policy', contentSecurityPolicy],
  body,
})

const pages: Readonly<Record<string, Sent>> = {
  refused: unreachable('ECONNREFUSED'),
  'name-unknown': unreachable('ENOTFOUND'),
  timeout: unreachable('ETIMEDOUT'),
  certificate: unreachable(
    'SELF_SIGNED_CERT_IN_CHAIN',
    'self-signed certificate in certificate chain; issued by "Corp Root CA"',
  ),
  'bastion-down': unreachable(
    'ESOCKSDOWN',
    'The SOCKS proxy at 127.0.0.1:8081 does not answer.',
    "Start it:\nssh -n -D 127.0.0.1:8081 BASTION 'sleep 1d'",
  ),
  'not-valid-http': unreachable('HPE_INVALID_CONSTANT', 'Parse Error: Expected HTTP/'),
  'no-identity-policy': refused(denied('because no identity-based policy allows the kms:Encrypt action')),
  'no-key-policy': refused(denied('because no resource-based policy allows the kms:Encrypt action')),
  'explicit-deny': refused(denied('with an explicit deny in a service control policy')),
  'version-1': refused(new ProtocolError('ERR_IAM_VERSION_NOT_ALLOWED', '')),
  'foreign-key': refused(new ProtocolError('ERR_IAM_KEY_ACCOUNT', '')),
  'clock-of-service': refused(new ProtocolError('ERR_IAM_EXPIRY', '')),
  malformed: refused(new ProtocolError('ERR_IAM_SYNTAX' as 'ERR_IAM_EXPIRY', '')),
  expired: refused(explainAwsError(aws('ExpiredToken'), 'sts:X', credentials)),
  'no-credentials': refused(explainAwsError(aws('CredentialsProviderError'), 'sts:X')),
  'unknown-key': refused(explainAwsError(aws('InvalidClientTokenId'), 'sts:X')),
  'aws-down': refused(explainAwsError(aws('TimeoutError'), 'sts:X')),
  'clock-of-aws': refused(
    explainAwsError(
      aws('X', 'Signature expired: 20260101T110000Z is now earlier than 20260101T111500Z (20260101T112000Z - 5 min.)'),
      'sts:X',
    ),
  ),
  budget: refused(
    new LoginRefusal('ERR_IAM_BUDGET', 'Several logins in a row have failed here, so this one was not tried.', {
      hint: 'Wait a minute, then reload.',
    }),
  ),
  'not-let-in': refused(
    new LoginRefusal(
      'ERR_IAM_SERVICE_REFUSED',
      `AWS knows you, but the service did not accept the login (403). You are ${ARN}.`,
      { hint: `Send them this:\n${ORIGIN} does not let ${ARN} in.` },
    ),
  ),
  'mfa-form': own(formPage(ticket(undefined), 'token')),
  'mfa-form-again': own(
    formPage(ticket('AWS did not accept this code. Wait for the next one, which comes within 30 seconds.'), 'token'),
  ),
  'mfa-done': own(donePage(ticket(undefined))),
  'mfa-over': own(overPage(ticket('No MFA code was given within two minutes.'))),
}

describe.skipIf(isMissing(chromiumPath, 'Chromium'))('a page that people meet', () => {
  let page: Page
  let url: string
  beforeAll(async () => {
    page = await (await startBrowserWithoutProxy(forFile)).newPage()
    const server = createServer((request, response) => {
      const sent = pages[(request.url ?? '').slice(1)]
      if (sent === undefined) response.writeHead(404).end()
      else response.writeHead(200, [...sent.rawHeaders]).end(sent.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    forFile(() => server.close())
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  test.each(Object.keys(pages))(
    '%s: fits a telephone and a desk, in light and dark, and complains of nothing',
    async (name) => {
      const complaints: string[] = []
      const complain = (message: { text(): string }) => void complaints.push(message.text())
      page.on('console', complain)
      thisTest(() => page.off('console', complain))
      await page.goto(`${url}/${name}`)
      expect((await page.textContent('h1'))?.length).toBeGreaterThan(5)
      if (name.startsWith('mfa-form')) expect(await page.evaluate('document.activeElement.id')).toBe('code')
      expect(complaints).toEqual([])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        for (const width of [380, 1280]) {
          await page.setViewportSize({ width, height: 800 })
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
          expect(await page.evaluate(CONTRAST)).toBeGreaterThanOrEqual(4.5)
          if (SCREENS === undefined) continue
          await page.screenshot({ path: `${SCREENS}/${name}-${colorScheme}-${width}.png`, fullPage: true })
        }
      }
    },
  )
})

/** The least contrast of any text with what is behind it (WCAG 2.2, 1.4.3). */
const CONTRAST = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = parse(getComputedStyle(element).backgroundColor)
      if (color.length === 3 || color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  const texts = [...document.querySelectorAll('main *')].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  return Math.min(...texts.map((e) => {
    const [one, other] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((a, b) => b - a)
    return (one + 0.05) / (other + 0.05)
  }))
})()`
