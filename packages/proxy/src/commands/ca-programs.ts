import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Env } from '../config/config.js'
import type { Terminal } from '../prompt/terminal.js'
import type { StoreDeps } from '../tls/stores/store.js'
import { formatCommand } from '../trust/shell.js'

/** macOS and Windows ask the person at the screen, who may have gone for a coffee. */
const TIMEOUT_MS = 5 * 60_000
const NOT_STARTED = 127
/** Where programs for administrators are: not in everybody's PATH. */
const ADMIN_PATH = '/usr/local/sbin:/usr/sbin:/sbin'

/** Runs programs to their end. Their messages are in English, since some of them are read. */
export function createRun(env: Env, platform: NodeJS.Platform): StoreDeps['run'] {
  const path = platform === 'win32' ? {} : { PATH: `${env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}:${ADMIN_PATH}` }
  const options = { env: { ...env, ...path, LC_ALL: 'C' }, timeout: TIMEOUT_MS, windowsHide: true }
  return (command, args) =>
    new Promise((resolve) => {
      const child = execFile(command, [...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code
        const exitCode = code === 'ENOENT' ? NOT_STARTED : typeof code === 'number' ? code : 1
        resolve({ exitCode, stdout, stderr })
      })
      child.stdin?.end()
    })
}

/** Asks on the terminal whether these commands may be run with sudo, which asks for a password there. */
export function askForRoot(terminal: Terminal): (commands: readonly (readonly string[])[]) => Promise<boolean> {
  return async (commands) => {
    const lines = commands.map((words) => `  ${formatCommand('sudo', ...words)}\n`).join('')
    terminal.write(`\nOnly root may change the store of the system:\n\n${lines}\n`)
    if (!/^y(?:es)?$/i.test(await terminal.ask('Run this? [y/N] '))) return false
    for (const words of commands) if (!(await succeeds('sudo', words))) return false
    return true
  }
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'inherit' })
  const [code] = await Promise.race([once(child, 'close'), once(child, 'error').then(() => [NOT_STARTED])])
  return code === 0
}
