/** Fields of a log line. Never a header, a cookie, a token or a URL with userinfo. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Constant lower-case message plus fields: `log.info({ origin, arn }, 'login answered')`. */
export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LEVELS)[number]

export interface LogOptions {
  readonly format: 'text' | 'json'
  /** Lines below it are not written. */
  readonly level: LogLevel
  readonly write: (line: string) => void
  /** ms since 1970 */
  readonly now: () => number
}

/** A log that writes one line an event. Control characters in values are escaped, so that no value forges a line. */
export function createLog({ format, level, write, now }: LogOptions): Log {
  const line = format === 'json' ? jsonLine : textLine
  const at = (own: LogLevel) => (fields: LogFields, message: string) => {
    if (LEVELS.indexOf(own) >= LEVELS.indexOf(level)) write(line(new Date(now()).toISOString(), own, fields, message))
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function jsonLine(time: string, level: LogLevel, fields: LogFields, message: string): string {
  return `${JSON.stringify({ time, level, message, ...fields }).replaceAll(/[\x7f-\x9f]/g, escaped)}\n`
}

function textLine(time: string, level: LogLevel, fields: LogFields, message: string): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${shown(value)}`],
  )
  return `${[time.slice(11, 19), level.padEnd(5), message, ...pairs].join(' ')}\n`
}

function shown(value: string | number | boolean): string {
  const text = String(value)
  return /^[\x21\x23-\x7e]+$/.test(text) ? text : JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, escaped)
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
