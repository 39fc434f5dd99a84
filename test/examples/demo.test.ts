/** `npm run demo`, as a person runs it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'

const USER = 'arn:aws:iam::123456789012:user/alice'
const ROLE = 'arn:aws:sts::123456789012:assumed-role/developer/alice'

const started: ChildProcess[] = []

afterEach(() => {
  for (const child of started.splice(0)) if (isGroupAlive(child)) process.kill(-(child.pid ?? 0), 'SIGKILL')
})

describe('npm run demo', () => {
  it('tells every step of every login, and leaves nothing behind', async () => {
    const { child, output } = start(['run', '--silent', 'demo'])
    expect(await exitCode(child), output()).toBe(0)
    await expectNobodyLeft(child)
    const [, ...scenes] = output().split(/^(?=\d {2}\S)/m)
    expect(scenes.map((scene) => scene[0])).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(scenes.map(stepNumbers)).toEqual([upTo(20), upTo(20), upTo(12), upTo(15), upTo(10), upTo(4)])
    expect(scenes[0]).toContain(`alice is ${USER}`)
    expect(scenes[1]).toContain(`alice is ${ROLE}`)
    expect(scenes[4]).toMatch(/"Action": ?"kms:Encrypt"/)
    expect(scenes[5]).toContain('0 AWS calls')
    expectReadable(output())
    expectNoSecret(output())
  }, 120_000)

  it('serves the same to a browser with --serve, until it is interrupted', async () => {
    const { child, output } = start(['run', '--silent', 'demo', '--', '--serve'])
    const [, proxy = '', service = ''] = await matchOutput(child, output, /--proxy (\S+) (\S+)/)
    expect(await get(proxy, service)).toBe(`You are ${USER}\n`)
    process.kill(-(child.pid ?? 0), 'SIGINT') // as the terminal does: to everybody in the foreground
    await once(child, 'close')
    await expectNobodyLeft(child)
  }, 120_000)

  it('closes everything when it is interrupted', async () => {
    const { child, output } = start(['run', '--silent', 'demo'])
    await matchOutput(child, output, /The life of a login/)
    process.kill(-(child.pid ?? 0), 'SIGINT')
    await once(child, 'close')
    await expectNobodyLeft(child)
  }, 120_000)

  it('says how it is used when it is used otherwise', async () => {
    const { child, output } = start(['run', '--silent', 'demo', '--', '--port', '8080'])
    expect(await exitCode(child)).toBe(64)
    expect(output()).toContain('--port is for --serve')
  }, 120_000)
})

/** npm in a process group of its own, so that whatever it leaves behind can be found. */
function start(args: readonly string[]): { child: ChildProcess; output: () => string } {
  const child = spawn('npm', args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text))
  return { child, output: () => output }
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'close')
  return code
}

function matchOutput(child: ChildProcess, output: () => string, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error(`it has ended:\n${output()}`)))
    child.stdout?.on('data', () => {
      const match = pattern.exec(output())
      if (match !== null) resolve(match)
    })
  })
}

/** Whoever is on the way out (the compiler of tsx, for one) gets a moment. */
async function expectNobodyLeft(child: ChildProcess): Promise<void> {
  await expect.poll(() => isGroupAlive(child), { timeout: 5_000 }).toBe(false)
}

function isGroupAlive({ pid = 0 }: ChildProcess): boolean {
  try {
    return process.kill(-pid, 0)
  } catch {
    return false
  }
}

function get(proxy: string, url: string): Promise<string> {
  const { hostname, port } = new URL(proxy)
  const options = { hostname, port, path: url, headers: { Host: new URL(url).host }, agent: false as const }
  return new Promise((resolve, reject) => {
    const sent = http.get(options, (response) => {
      response.toArray().then((chunks) => resolve(Buffer.concat(chunks).toString()), reject)
    })
    sent.on('error', reject)
  })
}

function stepNumbers(scene: string): number[] {
  return [...scene.matchAll(/^ ?(\d+) {2}(?:client|proxy|service|hostile|STS|KMS)\b/gm)].map(([, n]) => Number(n))
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1)
}

function expectReadable(output: string): void {
  expect(output.split('\n').filter((line) => line.length > 100)).toEqual([])
  expect(output).not.toContain('\x1b')
}

/** What AWS makes of secrets is 40 characters or more, and so are our cookies, keys and signatures. */
function expectNoSecret(output: string): void {
  expect(output.match(/[A-Za-z0-9+/]{40,}|[A-Za-z0-9_-]{40,}/g)).toBeNull()
  expect(output).toMatch(/SecretAccessKey: .{4}…\(40\)/)
  expect(output).toMatch(/SessionToken: .{4}…\(640\)/)
  expect(output).toMatch(/Plaintext: .{4}…\(44\)/)
  expect(output).toMatch(/Signature=.{4}…\(64\)/)
}
