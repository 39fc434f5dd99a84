import { formatHint } from '../../pages/hint.js'
import { type Html, html } from '../../pages/html.js'
import { ago } from './ago.js'
import type { Status, StatusEvent, StatusService } from './status.js'

/** The services, the one used last first: what each last said, and since when the user is logged in. */
export function renderServices({ services, now }: Status, csrfToken: string): Html {
  const list =
    services.length === 0
      ? html`<p>None yet: open one in a browser that uses this proxy.</p>`
      : html`<ul>${services.map((service) => renderService(service, now, csrfToken))}</ul>`
  return html`<h2>Services</h2>${list}`
}

function renderService(service: StatusService, now: string, csrfToken: string): Html {
  const { origin, lastAt, login, reason, hasSession } = service
  const { tone, words } = describeState(service)
  const forget = html`<form method="post" action="/session/forget"><input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="origin" value="${origin}"><button title="For curl and scripts: the next request logs in again. Your browser has cookies of its own.">Forget session</button></form>`
  return html`<li class="${tone}"><div class="row"><h3>${origin}</h3>${ago(lastAt, now)}</div>
<p><strong>${words}</strong></p>${reason === null ? undefined : renderReason(reason)}
<div class="row">${login === null ? html`<span></span>` : html`<p class="soft">Last login ${ago(login.at, now)}, version ${login.version}, as ${login.arn}</p>`}${hasSession ? forget : undefined}</div></li>`
}

/** A service's state in two words, and what it is like. */
export function describeState({ state, status }: StatusService): { tone: string; words: string } {
  if (state === 'logged-in') return { tone: 'good', words: 'Logged in' }
  if (state === 'refused') return { tone: 'bad', words: 'Login not made' }
  if (state === 'failed') return { tone: 'bad', words: 'Not reached' }
  if (status === 401 || status === 403) return { tone: 'mark', words: `It does not let you in (${status})` }
  if ((status ?? 0) >= 500) return { tone: 'mark', words: `It has trouble of its own (${status})` }
  return { tone: 'good', words: 'Working' }
}

function renderReason({ message, hint, code }: Pick<StatusEvent, 'message' | 'hint' | 'code'>): Html {
  const isOurs = code.startsWith('ERR_IAM')
  return html`<p>${capitalised(message)}</p>${hint === '' ? undefined : formatHint(hint)}${
    isOurs ? html`<p class="soft">${code}</p>` : undefined
  }`
}

/** The sentences of refusals go on from `iam-auth-proxy:`; here they stand alone. Those that begin with a host keep it. */
function capitalised(sentence: string): string {
  return /^[a-z]+ /.test(sentence) ? sentence.charAt(0).toUpperCase() + sentence.slice(1) : sentence
}

/** What happened last, and what has failed elsewhere. */
export function renderEvents({ events, elsewhere, now }: Status): Html {
  const list =
    events.length === 0
      ? html`<p>Nothing yet. Logins, and why others were not made, appear here.</p>`
      : html`<ul>${events.map((event) => renderEvent(event, now))}</ul>`
  const others =
    elsewhere.length === 0
      ? undefined
      : html`<h2>Other failures</h2><ul>${elsewhere.map((event) => renderEvent(event, now))}</ul>`
  return html`<h2>What happened</h2>${list}${others}`
}

const TONES = { login: 'good', refusal: 'bad', failure: 'bad' } as const
const WORDS = { login: 'Logged in', refusal: 'Login not made', failure: 'Not reached' } as const

function renderEvent(event: StatusEvent, now: string): Html {
  const { kind, target, at, count, message } = event
  const times = count === 1 ? undefined : html`<span class="soft">, ${count} times</span>`
  const line = html`<div class="row"><p><strong>${WORDS[kind]}</strong> ${target}${times}</p>${ago(at, now)}</div>`
  return html`<li class="${TONES[kind]}">${line}${kind === 'login' ? html`<p class="soft">${message}</p>` : renderReason(event)}</li>`
}
