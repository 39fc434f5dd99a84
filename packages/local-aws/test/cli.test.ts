import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterEach, describe, expect, it } from 'vitest'

// The sources, run by tsx: the tests need no build.
const main = fileURLToPath(new URL('support/run-cli.ts', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    cwd: root,
    env: { ...process.env, npm_command: '' },
  })
  children.push(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString()
  })
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  return { child, output, exited }
}

async function firstLine(started: ReturnType<typeof start>): Promise<Record<string, string>> {
  await expect.poll(() => started.output.stdout, { timeout: 20_000 }).toContain('\n')
  return JSON.parse(started.output.stdout) as Record<string, string>
}

describe('iam-auth-local-aws', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('prints one line of JSON, serves, and exits with 0 on %s', async (signal) => {
    const started = start('--port', '0', '--region', 'eu-west-1', '--account', '111122223333')
    const line = await firstLine(started)
    expect(Object.keys(line)).toEqual([
      'endpoint',
      'region',
      'account',
      'kmsKeyArn',
      'accessKeyId',
      'secretAccessKey',
      'userArn',
    ])
    expect(line).toMatchObject({
      region: 'eu-west-1',
      account: '111122223333',
      userArn: 'arn:aws:iam::111122223333:user/alice',
    })
    expect(line['kmsKeyArn']).toMatch(/^arn:aws:kms:eu-west-1:111122223333:key\//)
    const { endpoint, region, accessKeyId = '', secretAccessKey = '' } = line
    const sts = new STSClient({ endpoint: endpoint!, region: region!, credentials: { accessKeyId, secretAccessKey } })
    expect((await sts.send(new GetCallerIdentityCommand())).Arn).toBe(line['userArn'])
    started.child.kill(signal)
    expect(await started.exited).toBe(0)
    expect(started.output.stdout.trim().split('\n')).toHaveLength(1)
  })

  // Found with npm 11 and dash: `npx` passes SIGTERM on to its shell only, which dies and leaves the server behind.
  it('goes when the shell that npx started it in goes', async () => {
    const child = spawn('sh', ['-c', '"$0" --import tsx "$1" --port 0; true', process.execPath, main], {
      cwd: root,
      env: { ...process.env, npm_command: 'exec' },
    })
    children.push(child)
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    await expect.poll(() => stdout, { timeout: 20_000 }).toContain('\n')
    const { endpoint } = JSON.parse(stdout) as { endpoint: string }
    child.kill('SIGTERM')
    const isServing = () =>
      fetch(endpoint)
        .then(() => true)
        .catch(() => false)
    await expect.poll(isServing, { timeout: 10_000 }).toBe(false)
  })

  it('starts from a seed file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'local-aws-'))
    const file = join(folder, 'seed.json')
    await writeFile(file, JSON.stringify({ accounts: [{ id: '111122223333', users: [{ name: 'ann' }], keys: [] }] }))
    const line = await firstLine(start('--seed', file))
    expect(line).toMatchObject({ userArn: 'arn:aws:iam::111122223333:user/ann', kmsKeyArn: null })
    await rm(folder, { recursive: true })
  })

  it('tells every problem of a seed file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'local-aws-'))
    const file = join(folder, 'seed.json')
    await writeFile(file, JSON.stringify({ accounts: [{ id: 'x', users: 5 }] }))
    const started = start('--seed', file)
    expect(await started.exited).toBe(1)
    expect(started.output.stderr).toContain(
      `the seed ${file} is not usable:\nseed.accounts[0].id: must be twelve digits\nseed.accounts[0].users: must be a list\n`,
    )
    await rm(folder, { recursive: true })
  })

  it('says that a port is in use', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve)
    })
    const { port } = taken.address() as { port: number }
    const started = start('--port', String(port))
    expect(await started.exited).toBe(1)
    expect(started.output.stderr).toContain(
      `port ${port} is in use on 127.0.0.1; name another with --port (0 picks a free one)`,
    )
    taken.close()
  })

  it.each([
    [['--help'], 0, /^Usage: iam-auth-local-aws/, /^$/],
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    [['--prot', '1'], 2, /^$/, /Unknown option '--prot'[\s\S]*Try --help/],
    [
      ['--port', 'x', '--account', '1', '--region', 'moon'],
      2,
      /^$/,
      /--port must be[\s\S]*--region must be[\s\S]*--account must be/,
    ],
    [['extra'], 2, /^$/, /Unexpected argument/],
    [['--seed', '/nowhere/seed.json'], 1, /^$/, /there is no file \/nowhere\/seed\.json/],
  ])('answers %j with exit code %d', async (args, code, stdout, stderr) => {
    const started = start(...args)
    expect(await started.exited).toBe(code)
    expect(started.output.stdout).toMatch(stdout)
    expect(started.output.stderr).toMatch(stderr)
  })
})
