import { authError, type ServiceName } from '../aws-error.js'
import type { Authorization } from './authorization.js'

// A presigned STS URL is good for 15 minutes whatever its X-Amz-Expires says:
// https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
const validMinutes = { header: 5, presigned: 15 } as const
const skewMinutes = 5

/** Refuses a request signed too long ago or in the future, in the words of AWS. `now` in milliseconds. */
export function requireFreshDate({ timestamp, form }: Authorization, service: ServiceName, now: number): void {
  const signedAt = parseTimestamp(timestamp)
  if (signedAt === undefined)
    throw authError(service, 'incomplete', "Date must be in ISO-8601 'basic format'. See ISO 8601.")
  const minutes = validMinutes[form]
  const earliest = now - minutes * 60_000
  const latest = now + skewMinutes * 60_000
  const present = formatTimestamp(now)
  if (signedAt < earliest)
    throw authError(
      service,
      'signature',
      `Signature expired: ${timestamp} is now earlier than ${formatTimestamp(earliest)} (${present} - ${minutes} min.)`,
    )
  if (signedAt > latest)
    throw authError(
      service,
      'signature',
      `Signature not yet current: ${timestamp} is still later than ${formatTimestamp(latest)} (${present} + ${skewMinutes} min.)`,
    )
}

function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second] = match
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) || formatTimestamp(time) !== text ? undefined : time
}

function formatTimestamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}
