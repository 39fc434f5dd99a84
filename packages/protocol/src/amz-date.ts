import { ProtocolError } from './errors.js'

/** `YYYYMMDDTHHMMSSZ` of a time in ms since 1970. */
export function formatAmzDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

/** ms since 1970 of `YYYYMMDDTHHMMSSZ`. @throws ProtocolError ERR_IAM_DATE */
export function parseAmzDate(text: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  // February 30th parses to a day in March: only what prints the same again is a date.
  if (Number.isNaN(ms) || formatAmzDate(ms) !== text) throw new ProtocolError('ERR_IAM_DATE', 'not a date of SigV4')
  return ms
}
