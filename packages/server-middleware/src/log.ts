/** Where the middleware reports. pino fits; so does any object with these three functions. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

/** One JSON line an event on stderr: the default, since the reason of a refusal stands nowhere else. */
export function createStderrLogger(write: (line: string) => void = (line) => process.stderr.write(line)): Logger {
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    write(`${JSON.stringify({ level, time: new Date().toISOString(), name: 'iam-auth', message, ...fields })}\n`)
  }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}
