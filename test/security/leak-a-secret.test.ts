import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Fault, type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startOriginalServer } from '../interop/original/original-server.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { run } from '../support/process.js'
import { cleanEnvironment, keysOf, repositoryRoot, runProxy, startProxy } from '../support/proxy.js'
import { makeDirectory } from '../support/temporary-directory.js'
import { until } from '../support/until.js'
import {
  createAsker,
  createBooks,
  expectUnlogged,
  type Given,
  makeSecret,
  PASSWORD,
  PERSON_FIRST,
  processList,
  readProc,
  setUpLeaks,
  startNotedAws,
} from './leaks.js'
import { createSecretBook } from './secrets.js'
import type { Quoting, TalkativeAws } from './talkative-aws.js'
import { tapWire } from './wiretap.js'

/**
 * Somebody reads all that is written: logs, pages, crash output, core files, process lists, URLs, the wire. Every secret of
 * these tests is random, and is looked for in all of it, in every spelling.
 */

const forFile = thisFile()
const books = createBooks()
let aws: LocalAws
let talkative: TalkativeAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  talkative = await startNotedAws(aws, books, forFile)
})
afterEach(() => {
  aws.clearFaults()
  talkative.quote(undefined)
})

const setUp = (given: Given = {}) => setUpLeaks(aws, talkative, books, given)
const onLinux = process.platform === 'linux'

describe('the search finds a secret', () => {
  const value = 'wJalr"XUtnFEMI/K7MD&ENG+bPx/RfiCYEX='
  test.each<[form: string, text: string]>([
    ['as it is', value],
    ['in JSON', JSON.stringify({ value })],
    ['in a query', new URLSearchParams({ x: value }).toString()],
    ['in base64', Buffer.from(value).toString('base64')],
    ['in base64, one byte on', Buffer.from(`x${value}yz`).toString('base64')],
    ['in base64url, two bytes on', Buffer.from(`xy${value}`).toString('base64url')],
    ['in hex', Buffer.from(value).toString('hex').toUpperCase()],
    ['in memory of V8', Buffer.from(`..${value}..`, 'utf16le').toString('latin1')],
  ])('%s', (_, text) => {
    const book = createSecretBook()
    book.add('a secret', value)
    expect(book.leaksIn('here', `before ${text} after`)).not.toEqual([])
    expect(book.leaksIn('here', text.slice(0, text.length / 2))).toEqual([])
  })
})

describe('nothing secret is written', () => {
  test('by a login of version 2, and the sessions after it', async () => {
    const { ask } = await setUp()
    expect(await ask()).toEqual([200, 200])
    expect(await ask()).toEqual([200, 200])
  })

  test('by a login with session credentials', async () => {
    const credentials = aws.issueSession({ user: 'alice' })
    books.secrets.add('the keys of a session', credentials.secretAccessKey)
    books.secrets.add('the token of a session', credentials.sessionToken)
    const { ask } = await setUp({ credentials })
    expect(await ask()).toEqual([200, 200])
  })

  test('by a login with an MFA code', async () => {
    const { args, credentials } = mfaUser()
    const { ask } = await setUp({ args, credentials })
    expect(await ask()).toEqual([200, 200])
  })

  test('by logins of version 1: not in the redirect, not where the proxy redeems the token itself', async () => {
    const server = await startOriginalServer({
      ...{ endpoint: talkative.endpoint, region: aws.region, kmsKeyArn: aws.state.key().arn },
      ...{ salt: 'pepper', account: aws.state.account().id, credentials: keysOf(aws, 'server') },
    })
    thisTest(server.close)
    const wire = await tapWire(server.port, thisTest)
    const env = { AWS_ENDPOINT_URL: talkative.endpoint, IAM_AUTH_PROXY_AUTH: `me:${PASSWORD}` }
    const args = ['--allow-loopback', '--log-level', 'debug']
    const untrusted = await startProxy(aws, thisTest, { args, env })
    expect(await createAsker(untrusted, wire, books)()).toEqual([401, 403])
    const trust = ['--trust', `${wire.origin},protocol=1,plain-http`]
    const startTrusting = () => startProxy(aws, thisTest, { args: [...args, ...trust], env })
    // The session that the proxy got for the program is the person's as well.
    expect(await createAsker(await startTrusting(), wire, books)()).toEqual([200, 200])
    const personFirst = createAsker(await startTrusting(), wire, books, undefined, PERSON_FIRST)
    expect(await personFirst()).toEqual([302, 200])
  })
})

describe('nothing secret is written where a login fails', () => {
  test.each<[name: string, fault: Fault]>([
    ['KMS is down for the person', { service: 'kms', action: 'Encrypt', kind: 'error' }],
    ['KMS drops the connection', { service: 'kms', action: 'Encrypt', kind: 'drop' }],
    ['STS throttles', { service: 'sts', action: 'GetCallerIdentity', kind: 'throttle' }],
    ['KMS is down for the service', { service: 'kms', action: 'Decrypt', kind: 'error' }],
  ])('%s', async (_, fault) => {
    const { ask } = await setUp()
    aws.fault(fault)
    expect(await ask()).toEqual([401, 503])
  })

  test.each<[who: string, statuses: number[], credentials: () => object]>([
    ['a key that AWS does not know', [401, 503], () => ({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE' })],
    ['a secret that is not the key’s', [401, 503], () => ({ secretAccessKey: makeSecret(books, 'another secret') })],
    ['a token that AWS did not make', [401, 503], () => ({ sessionToken: makeSecret(books, 'another token') })],
    ['a secret with a line break', [401, 503], () => ({ secretAccessKey: `${makeSecret(books, 'two lines')}\nx` })],
    ['somebody without kms:Encrypt', [401, 403], () => keysOf(aws, 'server')],
  ])('%s', async (_, statuses, twist) => {
    const { ask } = await setUp({ credentials: { ...keysOf(aws, 'alice'), ...twist() } })
    expect(await ask()).toEqual(statuses)
  })

  test.each<Quoting>([
    { status: 400, in: 'message' },
    { status: 400, in: 'code' },
    { status: 403, in: 'everything' },
    { status: 500, in: 'everything' },
  ])('AWS quotes all it was sent in the $in of a $status', async (quoting) => {
    const credentials = aws.issueSession({ user: 'alice' })
    books.secrets.add('the token of a session', credentials.sessionToken)
    const own = { ...aws.issueSession({ user: 'server' }) }
    books.secrets.add('the token of the service', own.sessionToken)
    const { ask } = await setUp({ credentials, service: { credentials: async () => own } })
    talkative.quote(quoting)
    const [program] = await ask()
    expect(program).toBe(401)
    talkative.quote({ ...quoting, action: 'Decrypt' })
    await ask()
    talkative.quote(undefined)
  })

  test('an MFA code that AWS does not take', async () => {
    const { args, credentials, code } = mfaUser()
    const wrong = String((Number(code) + 1 + randomInt(900_000)) % 1_000_000).padStart(6, '0')
    books.secrets.add('a wrong MFA code', wrong)
    const { ask } = await setUp({ args: args.map((arg) => (arg === code ? wrong : arg)), credentials })
    expect(await ask()).toEqual([503, 303])
  })

  test.each<[name: string, script: (secret: string) => string]>([
    ['fails', (secret) => `echo ${secret}; echo ${secret} >&2; exit 1`],
    ['writes what is no JSON', (secret) => `echo '{"SecretAccessKey": "${secret}"'`],
    ['writes something else', (secret) => `echo '{"Version": 1, "SecretAccessKey": "${secret}"}'`],
    ['has ended already', (secret) => expired(secret)],
  ])('a credential_process that %s', async (_, script) => {
    const folder = await makeDirectory(thisTest)
    const secret = makeSecret(books, 'what a credential_process says')
    const argument = makeSecret(books, 'an argument of a credential_process')
    await writeFile(join(folder, 'get.sh'), script(secret))
    await writeFile(
      join(folder, 'config'),
      `[profile dev]\ncredential_process = sh ${join(folder, 'get.sh')} ${argument}\n`,
    )
    const env = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
    const { ask } = await setUp({ env, args: ['--profile', 'dev'] })
    expect(await ask()).toEqual([401, 503])
  })

  test('the service finds no credentials, and the SDK says at length why', async () => {
    const command = `Command failed: get-credentials --secret ${makeSecret(books, 'an argument of the service’s')}`
    const credentials = () => Promise.reject(Object.assign(new Error(command), { name: 'CredentialsProviderError' }))
    const { ask } = await setUp({ service: { credentials } })
    expect(await ask()).toEqual([401, 503])
    const byAlias = await setUp({ service: { credentials, kmsKeyId: 'alias/iam-auth', region: aws.region } })
    expect(await byAlias.ask()).toEqual([503, 503])
  })

  test('the service lets nobody in', async () => {
    const { ask } = await setUp({ service: { allow: { users: ['arn:aws:iam::123456789012:user/boss'] } } })
    expect(await ask()).toEqual([401, 403])
  })

  test('requests that are refused before anybody is asked', async () => {
    const { proxy } = await setUp()
    const secret = makeSecret(books, 'a password in a URL').replaceAll(/[^A-Za-z0-9]/g, 'x')
    books.secrets.add('a password in a URL', secret)
    const auth = `Proxy-Authorization: Basic ${Buffer.from(`me:${PASSWORD}`).toString('base64')}\r\n`
    const requests = [
      `GET http://me:${secret}@wiki.example.com/ HTTP/1.1\r\nHost: wiki.example.com\r\n${auth}\r\n`,
      `CONNECT me:${secret}@wiki.example.com:443 HTTP/1.1\r\nHost: wiki.example.com\r\n${auth}\r\n`,
      `GET http://127.0.0.1:1/?${secret} HTTP/1.1\r\nHost: 127.0.0.1:1\r\nCookie: a=${secret}\r\n${auth}\r\n`,
      `GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\nProxy-Authorization: Basic ${secret}\r\n\r\n`,
      `GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\nCookie: ${secret}\u0000\r\n${auth}\r\n`,
      `GET /${secret} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    ]
    for (const request of requests) {
      const answer = await exchangeBytes(proxy.port, request)
      expect(answer).toMatch(/^HTTP\/1\.1 [45]/)
      expectUnlogged(books, { 'an answer': answer, 'the log of the proxy': proxy.output() })
    }
  })
})

describe('nothing secret is written by the command line', () => {
  const secret = () => makeSecret(books, 'an option').replaceAll(/[^A-Za-z0-9]/g, 'x')

  test.each<[name: string, args: (secret: string, file: string) => string[]]>([
    [
      '--print-config',
      (value, file) => ['--print-config', '--proxy-auth-file', file, '--socks-proxy', `me:${value}@h:1`],
    ],
    ['a SOCKS proxy that is none', (value) => ['--socks-proxy', `me:${value}@nowhere`]],
    ['a SOCKS password that does not decode', (value) => ['--socks-proxy', `me:%zz${value}@h:1`]],
    ['an origin with a password', (value) => ['--trust', `https://me:${value}@wiki.example.com`]],
    ['an MFA code that is none', (value) => ['--mfa-serial-number', 'arn:aws:iam::1:mfa/x', '--mfa-token-code', value]],
    ['an MFA code without a device', (value) => ['--mfa-token-code', value]],
    ['a trusted origin with a password', (value) => ['trust', 'add', `https://me:${value}@wiki.example.com`]],
    ['a bind address with a password', (value) => ['--bind', `me:${value}@127.0.0.1`]],
  ])('%s', async (_, args) => {
    const value = secret()
    books.secrets.add('an option', value)
    const file = join(await makeDirectory(thisTest), 'auth')
    await writeFile(file, `me:${value}\n`, { mode: 0o600 })
    const env = { ...cleanEnvironment(aws, keysOf(aws, 'alice')), IAM_AUTH_PROXY_AUTH: `me${value}` }
    const running = runProxy(args(value, file), env, thisTest)
    await running.ended
    expect(running.output()).not.toBe('')
    expectUnlogged(books, { 'the output': running.output() })
  })

  test.runIf(onLinux)('secrets among its arguments are not in the process list while it runs', async () => {
    const { args, credentials } = mfaUser()
    const password = secret()
    books.secrets.add('the password of a SOCKS proxy', password)
    const proxy = await startProxy(aws, thisTest, {
      args: [...args, '--socks-proxy', `me:${password}@127.0.0.1:1`],
      credentials,
    })
    expect(processList(proxy.pid)).toContain('iam-auth-proxy')
    expectUnlogged(books, { 'the process list': processList(proxy.pid), 'its output': proxy.output() })
  })

  test.runIf(onLinux)('a core file of it holds no memory, though the system may write one', async () => {
    const folder = await makeDirectory(thisTest)
    const bin = fileURLToPath(new URL('packages/proxy/bin/iam-auth-proxy.cjs', repositoryRoot))
    const shell = ['-c', 'ulimit -c unlimited; exec "$@"', 'sh', process.execPath, bin, '--bind', '127.0.0.1:0']
    const env = { ...cleanEnvironment(aws, keysOf(aws, 'alice')), IAM_AUTH_PROXY_AUTH: `me:${PASSWORD}` }
    const running = run('sh', shell, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }, thisTest)
    await running.says(/listening on/, 30_000)
    expect(readProc(running.pid, 'coredump_filter').trim()).toBe('00000000')
    expect(await running.stop('SIGABRT')).toBe('SIGABRT')
    const cores = readdirSync(folder)
    for (const name of cores) expectUnlogged(books, { [name]: readFileSync(join(folder, name)) })
    expectUnlogged(books, { 'its output': running.output() })
    // Where core files are written into the folder, this one was.
    const isPlain = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim() === 'core'
    if (isPlain && /Max core file size\s+unlimited/.test(readFileSync('/proc/self/limits', 'utf8'))) {
      expect(cores).not.toEqual([])
    }
  })
})

/** A user whose MFA code stands on the command line. */
function mfaUser() {
  const statement = { Effect: 'Allow' as const, Action: '*', Resource: '*' }
  const name = `mfa-${randomInt(1_000_000_000)}`
  const user = aws.state.addUser({
    name,
    mfaDevices: [{}],
    policies: [{ Version: '2012-10-17', Statement: [statement] }],
  })
  const serial = user.mfaDevices[0]?.serialNumber ?? ''
  const code = aws.totp(serial)
  books.secrets.add('an MFA code', code)
  books.secrets.add('the seed of an MFA device', user.mfaDevices[0]?.secret ?? '')
  const credentials = keysOf(aws, name)
  books.secrets.add('the keys of an MFA user', credentials.secretAccessKey)
  return { credentials, code, args: ['--mfa-serial-number', serial, '--mfa-token-code', code] }
}

/** A credential_process whose credentials were of last year. */
function expired(secret: string): string {
  const credentials = { Version: 1, AccessKeyId: 'ASIAIOSFODNN7EXAMPLE', SecretAccessKey: secret, SessionToken: secret }
  return `echo '${JSON.stringify({ ...credentials, Expiration: '2020-01-01T00:00:00Z' })}'`
}

/** All that comes back on a connection of its own. */
async function exchangeBytes(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  thisTest(() => socket.destroy())
  let all = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    all += text
  })
  socket.on('error', () => {})
  socket.write(bytes, 'latin1')
  return until('there is an answer', () => /\r\n\r\n[\s\S]+/.test(all) && all)
}
