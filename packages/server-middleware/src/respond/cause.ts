/** AWS's own judgements, which say who may not do what, and nothing else. */
const JUDGEMENTS = ['AccessDenied', 'AccessDeniedException', 'NotFoundException']

/**
 * What the log says of an error that is not ours. Its message only where it is known to quote nothing: those of credential
 * providers hold command lines, those of AWS may hold the canonical request with its session token, those of stores URLs.
 */
export function describeCause(cause: unknown): string {
  const { name, code, message, syscall } = cause as NodeJS.ErrnoException
  const isHarmless = syscall !== undefined || JUDGEMENTS.includes(name)
  const what = [name, code].filter(isPlainName).join(' ')
  return `${what === '' ? 'an unknown error' : what}${isHarmless ? `: ${message}` : ''}`
}

/** Names and codes come from answers, too. */
function isPlainName(text: unknown): boolean {
  return typeof text === 'string' && /^[A-Za-z0-9_.]{1,64}$/.test(text)
}
