import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Express } from 'express'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAuthority } from '../../packages/proxy/src/tls/authority.js'
import { writeAuthority } from '../../packages/proxy/src/tls/authority-file.js'
import { FIRST_LOGIN, NOTHING, tally } from '../support/aws-tally.js'
import { runBuilt } from '../support/built.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { makeRepository, serveGit } from '../support/git-server.js'
import { startHttpsFront } from '../support/https-front.js'
import { serveNpmPackage, servePythonPackage } from '../support/package-indexes.js'
import { findProgram, isMissing } from '../support/programs.js'
import { startService, type TestService } from '../support/service.js'
import { makeDirectory } from '../support/temporary-directory.js'

/** What each client must bring home: it is behind the login. */
const TEXT = 'what only those see who are logged in'

const curl = findProgram('curl')
const git = findProgram('git')
const python = findProgram('python3')
const hasModule = (name: string) =>
  python !== undefined && spawnSync(python, ['-c', `import ${name}`]).status === 0 ? python : undefined
/** A Node that looks at the environment; `.ci/run` names it. */
const newNode = process.env['NODE24']

/** A program, what it is given, and where the text is afterwards: on stdout, or in this file of its folder. */
interface Client {
  readonly name: string
  readonly program: string | undefined
  readonly command: (service: string, folder: string) => readonly string[]
  readonly file?: string
  /** Why it is not tried over https. */
  readonly notOverHttps?: string
}

const CLIENTS: readonly Client[] = [
  { name: 'curl', program: curl, command: (service) => ['curl', '-sS', '-f', `${service}/text`] },
  {
    name: 'wget',
    program: findProgram('wget'),
    command: (service) => ['wget', '-q', '-O', '-', `${service}/text`],
    notOverHttps: 'it reads no variable for its roots: `ca install` puts ours into the system’s',
  },
  {
    name: 'git',
    program: git,
    command: (service, folder) => ['git', 'clone', '-q', `${service}/git/wiki.git`, join(folder, 'clone')],
    file: 'clone/README',
  },
  {
    name: 'Python’s requests',
    program: hasModule('requests'),
    command: (service) => ['python3', '-c', `import requests; print(requests.get('${service}/text').text)`],
  },
  {
    name: 'Python’s urllib',
    program: python,
    command: (service) => ['python3', '-c', `import urllib.request as u; print(u.urlopen('${service}/text').read())`],
  },
  {
    name: 'pip',
    program: hasModule('pip'),
    command: (service, folder) => [
      ...['python3', '-m', 'pip', 'install', '-q', '--no-deps', '--no-cache-dir', '--disable-pip-version-check'],
      ...['--target', folder, '--trusted-host', '127.0.0.1', '--index-url', `${service}/simple/`, 'demo-package'],
    ],
    file: 'demo_package.py',
  },
  {
    name: 'npm',
    program: findProgram('npm'),
    command: (service, folder) => [
      ...['npm', 'install', '--prefix', folder, '--cache', join(folder, 'cache'), '--no-audit', '--no-fund'],
      ...['--registry', `${service}/npm/`, 'demo-package'],
    ],
    file: 'node_modules/demo-package/index.js',
  },
  {
    name: 'the http of Node 24',
    program: newNode,
    notOverHttps: 'its https is what fetch uses',
    command: (service) => [
      newNode ?? '',
      '-e',
      `require('http').get('${service}/text', (answer) => answer.pipe(process.stdout))`,
    ],
  },
  {
    name: 'the fetch of Node 24',
    program: newNode,
    command: (service) => [newNode ?? '', '-e', `fetch('${service}/text').then((r) => r.text()).then(console.log)`],
  },
]

const forFile = thisFile()
let aws: LocalAws
let service: TestService

let secure: { origin: string; flags: string[]; env: NodeJS.ProcessEnv }

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  service = await startService(aws, forFile, { behind: await servesText() })
  secure = await startSecureService()
})
beforeEach(() => aws.resetCalls())

/** Routes with the text for every client. */
async function servesText(origin?: string): Promise<(app: Express) => void> {
  const folder = await makeDirectory(forFile)
  return (app) => {
    app.get('/text', (_req, res) => void res.type('text/plain').send(TEXT))
    if (git !== undefined) makeRepository(folder, TEXT)
    serveGit(app, folder)
    if (python !== undefined) servePythonPackage(app, folder, TEXT, python)
    serveNpmPackage(app, folder, TEXT, origin)
  }
}

/** The same on https, and a user with a local authority that may speak for it. */
async function startSecureService(): Promise<typeof secure> {
  const front = await startHttpsFront(forFile)
  const { origin } = front
  const behind = await servesText(origin)
  front.passTo((await startService(aws, forFile, { origin, behind })).port)
  const folder = await makeDirectory(forFile)
  await writeAuthority(folder, await createAuthority(['localhost'], Date.now()))
  const file = join(folder, 'upstream.pem')
  await writeFile(file, front.certificate)
  return { origin, flags: ['--trust', origin, '--upstream-ca', file], env: { IAM_AUTH_PROXY_CONFIG_DIR: folder } }
}

/** Configuration of nobody: a proxy in a file of a client's own would go before ours. */
async function cleanHome() {
  const home = await makeDirectory(thisTest)
  const none = '/dev/null'
  return {
    home,
    env: {
      ...{
        HOME: home,
        GIT_CONFIG_GLOBAL: none,
        GIT_CONFIG_SYSTEM: none,
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_NOSYSTEM: '1',
      },
      ...{ PIP_CONFIG_FILE: none, npm_config_userconfig: none, npm_config_globalconfig: join(home, 'none') },
      AWS_ENDPOINT_URL_STS: aws.endpoint,
    },
  }
}

async function exec(command: readonly string[], flags: readonly string[] = ['--trust', service.url], more = {}) {
  const { home, env } = await cleanHome()
  const args = [
    '--log-level',
    'error',
    ...flags,
    ...(command[0] === 'exec' || command[0] === 'curl' ? command : ['exec', '--', ...command]),
  ]
  const running = runBuilt(args, aws, thisTest, { env: { ...env, ...more }, cwd: home })
  running.child.stdin?.end()
  const ended = await running.ended
  return { ended, stdout: running.stdout(), stderr: running.stderr(), home }
}

describe.each([
  ['http', () => ({ origin: service.url, flags: ['--trust', service.url], env: {} })],
  ['https', () => secure],
] as const)('behind exec, over %s,', (scheme, target) => {
  for (const { name, program, command, file, notOverHttps } of CLIENTS) {
    if (scheme === 'https' && notOverHttps !== undefined) continue
    test.skipIf(isMissing(program, name))(`${name} gets what is behind a login, with one login`, async () => {
      const folder = await makeDirectory(thisTest)
      const { origin, flags, env } = target()
      const { ended, stdout, stderr } = await exec(command(origin, folder), flags, env)
      expect({ ended, stderr }).toMatchObject({ ended: 0 })
      expect(file === undefined ? stdout : await readFile(join(folder, file), 'utf8')).toContain(TEXT)
      expect(tally(aws)).toEqual(FIRST_LOGIN)
    })
  }
})

describe.skipIf(isMissing(curl, 'curl'))('the private proxy', () => {
  test('is nobody’s without the password', async () => {
    const script = 'curl -sS -o /dev/null -w "%{http_code}" -x "http://$' + '{HTTP_PROXY#*@}" "$0"'
    expect(await exec(['sh', '-c', script, service.url])).toMatchObject({ ended: 0, stdout: '407' })
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('does not use the proxies that it finds in the environment itself', async () => {
    const dead = 'http://127.0.0.1:1'
    const env = { HTTP_PROXY: dead, http_proxy: dead, HTTPS_PROXY: dead, https_proxy: dead, NODE_USE_ENV_PROXY: '1' }
    const result = await exec(['curl', '-sS', '-f', `${service.url}/text`], undefined, env)
    expect(result).toMatchObject({ ended: 0, stdout: TEXT })
  })

  test('leaves this machine alone where nobody trusts a service of it', async () => {
    const command = ['curl', '-sS', '-o', '/dev/null', '-w', '%{http_code}', `${service.url}/text`]
    expect(await exec(command, ['--trust', 'https://wiki.example.com'])).toMatchObject({ ended: 0, stdout: '401' })
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('says on stderr, in one line, why a login was not made and what to do', async () => {
    const flags = ['--log-level', 'warn', '--trust', service.url]
    const command = ['curl', '-sS', '-o', '/dev/null', `${service.url}/text`]
    const { stderr } = await exec(command, flags, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined })
    const lines = stderr.split('\n').filter((line) => !line.includes('AWS_ENDPOINT_URL'))
    expect(lines).toEqual([
      expect.stringMatching(/^iam-auth-proxy: login not made at http:.*aws.*code=ERR_IAM_NO_CREDENTIALS/),
      '',
    ])
  })

  test.skipIf(isMissing(hasModule('requests'), 'Python’s requests'))('tells Python why a tunnel failed', async () => {
    const script = `import requests; requests.get('https://127.0.0.1:1/')`
    const { ended, stderr } = await exec(['python3', '-c', script], ['--allow-loopback'])
    expect(ended).toBe(1)
    expect(stderr).toMatch(/Tunnel connection failed: 502 127\.0\.0\.1:1 refuses connections/)
  })
})

describe.skipIf(isMissing(curl, 'curl'))('iam-auth-proxy curl', () => {
  test('hands every argument on as it is, and ends as curl does', async () => {
    const logged = await exec(['curl', '-sS', '--write-out', ' %{http_code}', '--', `${service.url}/text`])
    expect(logged).toMatchObject({ ended: 0, stdout: `${TEXT} 200` })
    expect(tally(aws)).toEqual(FIRST_LOGIN)
    expect(await exec(['curl', '-sS', '-f', `${service.url}/nothing-here`])).toMatchObject({ ended: 22 })
    expect((await exec(['curl', '--help'])).stdout).toMatch(/^Usage: curl/)
  })

  test('a proxy in ~/.curlrc goes before ours, and -q leaves that file out', async () => {
    const folder = await makeDirectory(thisTest)
    await writeFile(join(folder, '.curlrc'), 'proxy = http://127.0.0.1:1\n')
    const home = { HOME: folder }
    expect(await exec(['curl', '-sS', `${service.url}/text`], undefined, home)).toMatchObject({ ended: 7 })
    expect(await exec(['curl', '-q', '-sS', `${service.url}/text`], undefined, home)).toMatchObject({ stdout: TEXT })
  })

  test('says how to install curl where there is none', async () => {
    const { ended, stderr } = await exec(['curl', service.url], undefined, { PATH: '/nonexistent' })
    expect(ended).toBe(127)
    expect(stderr).toMatch(/curl: there is no such command: install it \(apt install curl/)
  })
})
