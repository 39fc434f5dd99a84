import type { Log, LogFields, LogLevel } from '../log.js'

export interface NoticesOptions {
  /** Lines below it are not written. */
  readonly level: LogLevel
  readonly write: (line: string) => void
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** A log for somebody who has started another program: each line says whose it is, and what happened comes before codes. */
export function createNotices({ level, write }: NoticesOptions): Log {
  const at = (own: LogLevel) => (fields: LogFields, message: string) => {
    if (LEVELS.indexOf(own) >= LEVELS.indexOf(level)) write(notice(fields, message))
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** `iam-auth-proxy: login not made at http://wiki.internal: You are …; it is for account … (code=ERR_IAM_REALM_MISMATCH)` */
function notice({ origin, reason, hint, ...others }: LogFields, message: string): string {
  const where = origin === undefined ? '' : ` at ${origin}`
  const why = [reason, hint].filter((text) => text !== undefined && text !== '').join(' ')
  const pairs = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
  const rest = pairs.length === 0 ? '' : ` (${pairs.join(', ')})`
  return `iam-auth-proxy: ${oneLine(`${message}${where}${why === '' ? '' : `: ${why}`}${rest}`)}\n`
}

/** Services have a say in some of it, and a terminal obeys what it is told. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[^\x20-\x7e\xa0-\uffff]/g, '?')
}
