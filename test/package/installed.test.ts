import { type ChildProcess, type ExecFileSyncOptions, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'iam-auth-installed-'))
const bin = (name: string) => join(folder, 'node_modules', '.bin', name)
const children: ChildProcess[] = []

beforeAll(() => {
  const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'ignore', 'inherit'] }
  const packing = ['pack', '--silent', '--workspaces', '--include-workspace-root=false', '--pack-destination', folder]
  execFileSync('npm', packing, { cwd: root, ...quiet })
  const tarballs = readdirSync(folder).filter((name) => /^iam-auth-(?!example).*\.tgz$/.test(name))
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const installing = ['install', '--silent', '--no-audit', '--prefer-offline', '--ignore-scripts', 'express@5']
  execFileSync('npm', [...installing, ...tarballs.map((name) => `./${name}`)], { cwd: folder, ...quiet })
}, 180_000)

afterAll(async () => {
  await Promise.all(children.map(stop))
  rmSync(folder, { recursive: true, force: true })
})

describe('packed and installed copies', () => {
  it('are imported by name', () => {
    const script = `
      const [protocol, middleware, proxy, aws, own] = await Promise.all([
        import('iam-auth-protocol'), import('iam-auth-server-middleware'), import('iam-auth-proxy'), import('iam-auth-local-aws'),
        import('iam-auth-proxy/fetch'),
      ])
      console.log(typeof protocol.parseChallenge, typeof middleware.iamAuth, typeof proxy.startProxy, typeof aws.startLocalAws, typeof own.createIamFetch)`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(output.trim()).toBe('function function function function function')
  })

  it('say their version, and which flags there are', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'packages/proxy/package.json'), 'utf8'))
    for (const name of ['iam-auth-proxy', 'iam-auth-local-aws']) {
      expect(execFileSync(bin(name), ['--version'], { encoding: 'utf8' })).toContain(version)
    }
    const help = execFileSync(bin('iam-auth-proxy'), ['--help'], { encoding: 'utf8' })
    for (const flag of ORIGINAL_FLAGS) expect(help).toContain(flag)
  })

  it('stop when npx, which started them, is stopped', async () => {
    const npx = start('npx', ['--no-install', 'iam-auth-proxy', '--bind', '127.0.0.1:0', '--log-format', 'json'], {
      HOME: folder,
    })
    const line = JSON.parse(await firstLine(npx, 'stderr', /"listening"/)) as { address: string }
    const connection = connect(Number(line.address.split(':')[1]), '127.0.0.1')
    await once(connection, 'connect')
    npx.kill('SIGTERM')
    await once(connection.resume(), 'close')
  })

  it('log in from end to end, and load nothing of AWS before they listen', async () => {
    const aws = await startLocalAws()
    const service = await startService(aws)
    const imports = join(folder, 'imports.txt')
    const proxy = await startProxy(aws, imports)
    expect(readFileSync(imports, 'utf8')).not.toMatch(
      /@aws-sdk|@smithy|readline|local-aws|node:http2|chunk-tls-sessions|chunk-authority\.|chunk-ca-/,
    )
    expect(await get(proxy, `${service}/whoami`)).toBe(aws.userArn)
    expect(readFileSync(imports, 'utf8')).toMatch(/@aws-sdk/)
  })

  it('log a program in by itself, and load nothing of AWS before it is asked', async () => {
    const aws = await startLocalAws()
    const service = await startService(aws)
    const imports = join(folder, 'imports-of-fetch.txt')
    const env = { ...awsEnvironment(aws), ...recording(imports), SERVICE: service }
    writeFileSync(join(folder, 'program.js'), PROGRAM)
    const program = start(process.execPath, ['program.js'], env)
    expect(JSON.parse(await firstLine(program, 'stdout', /^\{/))).toEqual({ early: [], arn: aws.userArn })
    expect(readFileSync(imports, 'utf8')).toMatch(/@aws-sdk/)
  })
})

/** The flags of the original, which scripts rely on. */
const ORIGINAL_FLAGS = [
  ...[
    '--assume-role-arn',
    '--assume-role-external-id',
    '--assume-role-session-name',
    '--region',
    '--mfa-serial-number',
  ],
  ...['--mfa-token-code', '--socks-proxy', '--bind', '-v, --version', '--help'],
]

interface AwsLine {
  readonly endpoint: string
  readonly region: string
  readonly account: string
  readonly kmsKeyArn: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly userArn: string
}

async function startLocalAws(): Promise<AwsLine> {
  const child = start(bin('iam-auth-local-aws'), ['--port', '0'], {})
  return JSON.parse(await firstLine(child, 'stdout', /^\{/)) as AwsLine
}

const SERVICE = `
  import express from 'express'
  import { iamAuth } from 'iam-auth-server-middleware'
  const app = express()
  app.use(iamAuth())
  app.get('/whoami', (req, res) => res.type('text').send(req.iam.arn))
  const server = app.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))`

async function startService(aws: AwsLine): Promise<string> {
  writeFileSync(join(folder, 'service.js'), SERVICE)
  const secret = 'not-a-secret-but-long-enough-for-a-test'
  const env = { AWS_ACCOUNT_ID: aws.account, KMS_KEY_ID: aws.kmsKeyArn, SECRET_KEY: secret, KMS_SALT: 'pepper' }
  const child = start(process.execPath, ['service.js'], { ...awsEnvironment(aws), ...env })
  return firstLine(child, 'stdout', /^http/)
}

/** What it has loaded when it is ready, and who the service says it is. */
const PROGRAM = `
  import { readFileSync } from 'node:fs'
  import { createIamFetch } from 'iam-auth-proxy/fetch'
  const iamFetch = createIamFetch()
  const loaded = readFileSync(process.env.RECORD_IMPORTS, 'utf8').split('\\n')
  const early = loaded.filter((url) => /@aws-sdk|@smithy|commander|readline|local-aws/.test(url))
  const response = await iamFetch(process.env.SERVICE + '/whoami')
  console.log(JSON.stringify({ early, arn: await response.text() }))`

/** Writes down what is loaded. */
function recording(imports: string): Record<string, string> {
  const recorder = new URL('record-imports.mjs', import.meta.url).href
  return { NODE_OPTIONS: `--import ${recorder}`, RECORD_IMPORTS: imports }
}

async function startProxy(aws: AwsLine, imports: string): Promise<number> {
  const env = { ...awsEnvironment(aws), ...recording(imports) }
  const child = start(bin('iam-auth-proxy'), ['--bind', '127.0.0.1:0', '--allow-loopback'], env)
  const line = await firstLine(child, 'stderr', /listening on/)
  return Number(/:(\d+)$/.exec(line)?.[1])
}

function awsEnvironment({ endpoint, region, accessKeyId, secretAccessKey }: AwsLine): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
}

function start(command: string, args: readonly string[], env: Record<string, string>): ChildProcess {
  const child = spawn(command, args, { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } })
  children.push(child)
  return child
}

async function firstLine(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  const input = child[stream]
  if (input === null) throw new Error('the child has no pipe')
  const seen: string[] = []
  for await (const line of createInterface({ input })) {
    seen.push(line)
    if (pattern.test(line)) {
      input.resume()
      return line
    }
  }
  throw new Error(`no line like ${pattern}, but: ${seen.join('\n')}`)
}

async function get(proxyPort: number, url: string): Promise<string> {
  const outgoing = request({
    host: '127.0.0.1',
    port: proxyPort,
    path: url,
    headers: { Host: new URL(url).host },
  }).end()
  const [answer] = await once(outgoing, 'response')
  let text = ''
  for await (const chunk of answer) text += chunk
  return text
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
