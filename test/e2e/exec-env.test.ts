import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, expect, test } from 'vitest'
import { builtCommand, runBuilt } from '../support/built.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { run } from '../support/process.js'
import { findProgram, isMissing } from '../support/programs.js'
import { cleanEnvironment, startProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'

const forFile = thisFile()
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})

test.skipIf(isMissing(findProgram('curl'), 'curl'))(
  'a shell that runs env is logged in, until it runs env --unset',
  async () => {
    const service = await startService(aws, thisTest)
    const proxy = await startProxy(aws, thisTest, { args: ['--trust', service.url] })
    const env = [...builtCommand, 'env', '--trust', service.url, '--bind', `127.0.0.1:${proxy.port}`]
    const script = `status() { curl -sS -o /dev/null -w '%{http_code} ' "$0/"; }
    status; eval "$("$@")"; status; eval "$("$@")"; status; echo "$NO_PROXY"
    eval "$("$@" --unset)"; status; env | grep -ciE 'proxy|java_tool' || :`
    const options = { env: { ...cleanEnvironment(aws), IAM_AUTH_PROXY_CONFIG_DIR: undefined } }
    const shell = run('sh', ['-c', script, service.url, ...env], options, thisTest)
    expect(await shell.ended).toBe(0)
    expect(shell.stderr()).toBe('')
    expect(shell.stdout()).toMatch(/^401 200 200 localhost,::1,\.localhost,\S+\n401 0\n$/)
  },
)

test('env says where nobody listens, and where it cannot know', async () => {
  const dead = runBuilt(['env', '--bind', '127.0.0.1:1'], aws, thisTest)
  expect(await dead.ended).toBe(0)
  expect(dead.stdout()).toContain("export http_proxy='http://127.0.0.1:1'\n")
  expect(dead.stderr()).toMatch(/nothing listens on 127\.0\.0\.1:1 yet: start iam-auth-proxy/)
  for (const [args, says] of [
    [['--bind', '127.0.0.1:0'], /--bind: name the port/],
    [['--shell', 'csh'], /--shell: csh is none of sh, fish, powershell/],
  ] as const) {
    const wrong = runBuilt(['env', ...args], aws, thisTest)
    expect(await wrong.ended).toBe(64)
    expect(wrong.stderr()).toMatch(says)
    expect(wrong.stdout()).toBe('')
  }
  const undo = runBuilt(['env', '--unset'], aws, thisTest)
  expect(await undo.ended).toBe(0)
  expect(undo.stderr()).toMatch(/nothing to undo/)
})

test('env has the password of the proxy in its lines, escaped for a URL', async () => {
  const running = runBuilt(['env', '--bind', '127.0.0.1:1'], aws, thisTest, {
    env: { IAM_AUTH_PROXY_AUTH: "me:it's@long" },
  })
  expect(await running.ended).toBe(0)
  expect(running.stdout()).toContain("export HTTP_PROXY='http://me:it'\\''s%40long@127.0.0.1:1'\n")
  expect(running.stdout()).not.toContain('JAVA_TOOL_OPTIONS')
})
