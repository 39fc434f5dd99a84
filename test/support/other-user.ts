import { spawnSync } from 'node:child_process'
import type { Keeper } from './cleanup.js'
import { run } from './process.js'

/** `nobody`: a user who has nothing to do with the one who runs the tests. */
export const OTHER_USER = 65_534

/** Writes bytes to a port and says what comes back, until its end. */
const SCRIPT = `
const [host, port, bytes] = process.argv.slice(1)
const socket = require('net').connect(port, host, () => socket.write(Buffer.from(bytes, 'base64')))
socket.on('error', ({ code }) => console.log(code)).pipe(process.stdout)
`

const asOtherUser = { uid: OTHER_USER, gid: OTHER_USER, cwd: '/', env: {} }

/** Undefined, and said aloud, where a test cannot become another user: for `isMissing`. */
export const otherUser =
  process.getuid?.() === 0 && spawnSync(process.execPath, ['-e', ''], asOtherUser).status === 0 ? 'nobody' : undefined

/** What another user of this machine gets for these bytes. `before`: a program that runs it, as `ip netns exec` does. */
export async function sayAsOther(
  { host, port, bytes, before = [] }: { host: string; port: number; bytes: string; before?: readonly string[] },
  keep: Keeper,
): Promise<string> {
  const encoded = Buffer.from(bytes, 'latin1').toString('base64')
  const [program = '', ...args] = [...before, process.execPath, '-e', SCRIPT, host, String(port), encoded]
  const options = before.length > 0 ? { cwd: '/', env: {} } : asOtherUser
  const running = run(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }, keep)
  await running.ended
  return running.output()
}
