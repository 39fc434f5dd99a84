/** Fields of a log line. Never a header, a cookie, a token or a URL with userinfo. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Constant lower-case message plus fields: `log.info({ origin, arn }, 'login answered')`. */
export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}
