import type { Env } from './config/config.js'

const LAUNCHER_CHECK_MS = 250

/** Taken before anything else happens: a launcher that is gone by the time we listen has left us to init. */
const launcher = process.ppid

/** Ends this process with 0 when it is told to, after `close`: by a signal, or by the going of an npx that started it. */
export function stopWhenTold(close: () => Promise<void>, env: Env): void {
  const stop = () => void close().then(() => process.exit(0))
  process.once('SIGTERM', stop).once('SIGINT', stop)
  if (env['npm_command'] === 'exec') onLauncherGone(stop)
}

/** npx hands a signal to its shell only, which may die without passing it on: the proxy would stay, with nobody to stop it. */
function onLauncherGone(stop: () => void): void {
  const timer = setInterval(() => {
    if (process.ppid === launcher) return
    clearInterval(timer)
    stop()
  }, LAUNCHER_CHECK_MS)
  timer.unref()
}
