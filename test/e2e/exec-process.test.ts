import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, describe, expect, test } from 'vitest'
import { builtCommand, runBuilt } from '../support/built.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { run } from '../support/process.js'
import { isMissing } from '../support/programs.js'
import { cleanEnvironment, keysOf, repositoryRoot } from '../support/proxy.js'
import { makeDirectory } from '../support/temporary-directory.js'
import { runOnTerminal, scriptPath } from '../support/terminal.js'
import { until } from '../support/until.js'

const forFile = thisFile()
let aws: LocalAws

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
})

const environment = () => cleanEnvironment(aws, keysOf(aws, 'alice'))
const exec = (...args: string[]) => runBuilt(['exec', ...args], aws, thisTest)

async function execToEnd(...args: string[]) {
  const running = exec(...args)
  const ended = await running.ended
  return {
    ended,
    stdout: running.stdout(),
    stderr: running.stderr().replace(/^.*AWS_ENDPOINT_URL is in force.*\n/m, ''),
  }
}

describe('exec ends as the command ends', () => {
  test.each<[name: string, args: readonly string[], ended: number | string, says: RegExp]>([
    ['its exit code', ['--', 'sh', '-c', 'echo out; echo err >&2; exit 7'], 7, /^err\n$/],
    ['success', ['--', 'true'], 0, /^$/],
    ['a signal, of which we die as well', ['--', 'sh', '-c', 'kill -TERM $$'], 'SIGTERM', /^$/],
    ['SIGKILL', ['--', 'sh', '-c', 'kill -KILL $$'], 'SIGKILL', /^$/],
    ['a crash, whose core file stays', ['--', 'sh', '-c', 'kill -SEGV $$'], 139, /sh was ended by SIGSEGV/],
    [
      'no such command',
      ['--', 'no-such-command'],
      127,
      /^iam-auth-proxy: no-such-command: there is no such command\n$/,
    ],
    ['no program', ['--', '/etc/passwd'], 126, /^iam-auth-proxy: \/etc\/passwd: it is not executable/],
    ['an option that is none', ['--bnid', 'x', '--', 'true'], 125, /unknown option '--bnid'/],
    ['a configuration that cannot be used', ['--trust', 'wiki', '--', 'true'], 125, /--trust: [\s\S]*https:\/\//],
    ['no command', [], 125, /missing required argument 'command'/],
  ])('%s', async (_name, args, ended, says) => {
    const result = await execToEnd(...args)
    expect(result).toMatchObject({ ended, stderr: expect.stringMatching(says) })
    expect(result.stdout).toBe(args.includes('sh') && ended === 7 ? 'out\n' : '')
  })

  test('options after the command are the command’s, with and without --', async () => {
    expect(await execToEnd('echo', '--profile', '--', '-v')).toMatchObject({ ended: 0, stdout: '--profile -- -v\n' })
    expect(await execToEnd('--', 'echo', '--', '--help')).toMatchObject({ ended: 0, stdout: '-- --help\n' })
  })

  test('options before the word exec count, and a listener of one’s own is refused', async () => {
    const outside = runBuilt(['--trust', 'nonsense', 'exec', '--', 'true'], aws, thisTest)
    expect(await outside.ended).toBe(125)
    expect(outside.stderr()).toMatch(/--trust: /)
    const bound = runBuilt(['--bind', '127.0.0.1:0', 'exec', '--', 'true'], aws, thisTest)
    expect(await bound.ended).toBe(125)
    expect(bound.stderr()).toMatch(/chooses its own port and password/)
  })
})

describe('exec passes on', () => {
  test('stdin, stdout and the environment', async () => {
    const command = ['--', 'sh', '-c', 'cat; echo $OWN $NO_PROXY']
    const running = runBuilt(['exec', ...command], aws, thisTest, { env: { OWN: 'kept' } })
    running.child.stdin?.end('typed\n')
    expect(await running.ended).toBe(0)
    expect(running.stdout()).toMatch(/^typed\nkept localhost,127\.0\.0\.1/)
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
    '%s to the command, once, and waits for what it makes of it',
    async (signal) => {
      const script = `trap 'echo got it' ${signal.slice(3)}; echo ready; while :; do read x || exit 5; done`
      const running = exec('--', 'bash', '-c', script)
      await running.says(/ready/, 30_000)
      running.child.kill(signal)
      running.child.stdin?.write('\n')
      await running.says(/got it/)
      running.child.stdin?.end()
      expect(await running.ended).toBe(5)
      expect(running.stdout()).toBe('ready\ngot it\n')
    },
  )

  test('nothing of its password or of the command’s arguments to the list of processes', async () => {
    const running = exec('--', 'sh', '-c', 'echo "$HTTP_PROXY"; read x', '--user', 'me:secret-of-the-command')
    const password = (await running.says(/exec:([\w-]{32})@127\.0\.0\.1/, 30_000))[1] ?? 'none'
    const line = (await readFile(`/proc/${running.pid}/cmdline`, 'latin1')).replaceAll('\0', ' ')
    expect(line).not.toContain(password)
    expect(line).not.toContain('secret-of-the-command')
  })
})

describe.skipIf(isMissing(scriptPath, 'script(1)'))('exec on a terminal', () => {
  const onTerminal = (...args: string[]) => runOnTerminal(['exec', ...args], environment(), thisTest, builtCommand)

  test('Ctrl-C reaches the command once; one that handles it goes on, and its exit code is ours', async () => {
    const file = join(await makeDirectory(thisTest), 'handles-ctrl-c')
    await writeFile(
      file,
      '#!/bin/bash\ntrap "echo interrupted" INT\necho ready\nread x; read x; echo "read $x"; exit 9\n',
    )
    await chmod(file, 0o700)
    const running = await onTerminal('--', file)
    await running.says(/ready/, 30_000)
    running.type('\x03')
    await running.says(/interrupted/)
    running.type('one\ntwo\n')
    expect(await running.ended).toBe(9)
    expect(running.output().match(/interrupted/g)).toHaveLength(1)
    expect(running.output()).toMatch(/read (one|two)/)
  })

  test('Ctrl-C ends a command that does not handle it, and a shell sees that a signal did', async () => {
    const running = await onTerminal('--', 'sh', '-c', 'echo ready; exec sleep 60')
    await running.says(/ready/, 30_000)
    running.type('\x03')
    expect(await running.ended).toBe(130)
  })

  test('the command has the terminal itself: its size, and what is typed', async () => {
    const running = await onTerminal(
      '--',
      'bash',
      '-c',
      'test -t 0 && test -t 1 && test -t 2 && tty; stty size; read x; echo "<$x>"',
    )
    await running.says(/\/dev\/pts\/\d+\r?\n\d+ \d+/, 30_000)
    running.type('hello\n')
    await running.says(/<hello>/)
    expect(await running.ended).toBe(0)
  })

  test.skipIf(process.platform !== 'linux')('Ctrl-Z stops the job, and fg goes on with it', async () => {
    const directory = await makeDirectory(thisTest)
    const words = [...builtCommand, 'exec', '--', 'bash', '-c', 'echo "ready-$$"; read x; echo "<$x>"; exit 4']
    const command = words.map((word) => `'${word}'`).join(' ')
    const file = join(directory, 'job')
    await writeFile(file, `${command}\n`)
    const env = { ...environment(), PS1: '', HISTFILE: '/dev/null' }
    const args = ['-q', '-f', '-c', 'bash --norc --noprofile -i', '/dev/null']
    const shell = run(scriptPath ?? '', args, { env, cwd: repositoryRoot, stdio: ['pipe', 'pipe', 'pipe'] }, thisTest)
    const type = (text: string) => void shell.child.stdin?.write(text)
    type(`. ${file}\n`)
    const child = (await shell.says(/^ready-(\d+)/m, 30_000))[1]
    type('\x1a')
    await shell.says(/Stopped/)
    const stateOf = async () => (await readFile(`/proc/${child}/stat`, 'latin1')).split(') ')[1]?.[0]
    expect(await stateOf()).toBe('T')
    type('fg\n')
    let state: string | undefined
    await until('the command goes on', () => {
      // Between two looks it may be about to end.
      void stateOf().then(
        (now) => {
          state = now
        },
        () => undefined,
      )
      return state === 'S'
    })
    type('again\n')
    await shell.says(/<again>/)
    type('echo "code=$?"\n')
    await shell.says(/code=4/)
    type('exit\n')
    await shell.ended
  })
})
