import { describeState } from '../own/status/activity-parts.js'
import { formatSpan } from '../own/status/ago.js'
import { describeAuthority } from '../own/status/authority-part.js'
import { describeRoute } from '../own/status/route.js'
import type { Status, StatusEvent, StatusService } from '../own/status/status.js'
import { printable } from './printable.js'

const SHOWN_EVENTS = 10
const WORDS = { login: 'logged in', refusal: 'login not made', failure: 'not reached' } as const

/** A status as lines for a terminal. Nothing in it gives the terminal orders. */
export function formatStatus(status: Status): string {
  const { events, elsewhere, now } = status
  const all = [...events, ...elsewhere].sort((one, other) => (one.at < other.at ? 1 : -1)).slice(0, SHOWN_EVENTS)
  const parts = [
    headline(status),
    facts(status),
    section(
      'Services',
      status.services.map((service) => serviceLines(service, now)),
    ),
    section(
      'What happened',
      all.map((event) => eventLines(event, now)),
    ),
  ]
  return printable(`${parts.filter((part) => part !== '').join('\n\n')}\n`)
}

function headline({ address, version, startedAt, now, problem }: Status): string {
  const line = `iam-auth-proxy ${version} at ${address}, running for ${formatSpan(startedAt, now)}`
  if (problem === null) return `${line}: working`
  return [`${line}: ${problem.message}`, ...indented(plainHint(problem.hint))].join('\n')
}

function facts({ authority, identity, route, pacUrl, trust, address, onlyTrusted, now }: Status): string {
  const { arn, source, expiresAt } = identity
  const until =
    expiresAt === null ? '' : expiresAt <= now ? ', has expired' : `, expires in ${formatSpan(now, expiresAt)}`
  const count = trust.entries.length === 1 ? '1 entry' : `${trust.entries.length} entries`
  return [
    `you      ${arn ?? 'not known yet: AWS is asked at the first login'}`,
    `from     ${source}${until}`,
    `reaches  services ${describeRoute(route)}`,
    `trusts   ${count}${onlyTrusted ? ', and forwards to nothing else' : ''}: iam-auth-proxy trust list`,
    `https    ${authority === null ? 'not looked at yet: iam-auth-proxy ca status' : formatAuthority(authority)}`,
    `page     http://${address}/`,
    `PAC      ${pacUrl}`,
  ]
    .map((line) => `  ${line}`)
    .join('\n')
}

function formatAuthority(authority: NonNullable<Status['authority']>): string {
  const { names, expiresAt, todo } = authority
  const who = expiresAt === null ? '' : ` ${names.join(', ')}, until ${expiresAt.slice(0, 10)}.`
  return `${describeAuthority(authority).words}${who}${todo === null ? '' : ` ${todo}`}`
}

function section(title: string, entries: readonly (readonly string[])[]): string {
  return entries.length === 0 ? '' : [title, ...indented(entries.flat())].join('\n')
}

function serviceLines(service: StatusService, now: string): string[] {
  const { origin, lastAt, login, reason } = service
  const since = login === null ? '' : `, logged in ${ago(login.at, now)} with version ${login.version}`
  return [
    `${origin}: ${describeState(service).words.toLowerCase()} ${ago(lastAt, now)}${since}`,
    ...(reason === null ? [] : indented([reason.message, ...plainHint(reason.hint)])),
  ]
}

function eventLines({ kind, target, at, count, message }: StatusEvent, now: string): string[] {
  const times = count === 1 ? '' : ` (${count} times)`
  const why = kind === 'login' ? [] : [message]
  return [`${ago(at, now)}: ${WORDS[kind]} ${target}${times}`, ...indented(why)]
}

function ago(at: string, now: string): string {
  const span = formatSpan(at, now)
  return span === 'less than a minute' ? 'just now' : `${span} ago`
}

/** Backticks are for pages; a terminal has the words alone. */
function plainHint(hint: string): string[] {
  return hint === '' ? [] : hint.replaceAll('`', '').split('\n')
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
