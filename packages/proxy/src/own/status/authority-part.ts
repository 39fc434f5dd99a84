import type { AuthorityState, StoreState } from '../../commands/ca-state.js'
import { type Html, html } from '../../pages/html.js'
import { formatSpan } from './ago.js'
import type { Status } from './status.js'

/** The local certificate authority: whether logins on https: pages work, for whom, until when, and what to type if they do not. */
export function renderAuthority({ authority, now }: Status): Html {
  const { tone, words } =
    authority === null ? { tone: 'soft', words: 'being looked at …' } : describeAuthority(authority)
  const line = html`<h2>https: pages</h2><p class="${tone}">${words}</p>`
  if (authority === null) return line
  const { names, expiresAt, stores, uncovered, todo, problems } = authority
  return html`${line}${problems.map((problem) => html`<p>${problem}</p>`)}${
    names.length === 0 || expiresAt === null
      ? undefined
      : html`<dl><dt>For</dt><dd>${names.join(', ')}, and what is below</dd><dt>Expires</dt><dd>${formatEnd(expiresAt, now)}</dd>${stores.map(renderStore)}</dl>`
  }${uncovered.length === 0 ? undefined : html`<p>Trusted, but not among its names: ${uncovered.join(', ')}</p>`}${
    todo === null ? undefined : html`<pre data-copy>${todo}</pre>`
  }`
}

/** The state in a sentence, and what it is like. */
export function describeAuthority({ state }: AuthorityState): { tone: string; words: string } {
  return STATES[state]
}

const STATES: Readonly<Record<AuthorityState['state'], { tone: string; words: string }>> = {
  installed: {
    tone: 'good',
    words: 'The certificate authority of this proxy is installed: logins are made on https: pages of its hosts.',
  },
  none: {
    tone: 'soft',
    words: 'No certificate authority is installed: https: connections of browsers pass unread, without a login.',
  },
  'in-no-store': {
    tone: 'bad',
    words: 'There is a certificate authority, and no browser was told of it: they refuse its pages.',
  },
  expired: {
    tone: 'bad',
    words: 'The certificate authority has expired: https: connections pass unread, without a login.',
  },
  unusable: {
    tone: 'bad',
    words: 'The certificate authority is not used: https: connections pass unread, without a login.',
  },
}

function formatEnd(expiresAt: string, now: string): string {
  const day = expiresAt.slice(0, 10)
  return expiresAt <= now ? `has expired, on ${day}` : `in ${formatSpan(now, expiresAt)}, on ${day}`
}

function renderStore({ audience, place, state }: StoreState): Html {
  return html`<dt>${audience}</dt><dd>${STORES[state]} <span class="soft">${place}</span></dd>`
}

const STORES: Readonly<Record<StoreState['state'], string>> = {
  installed: 'installed',
  outdated: 'has another one of ours: iam-auth-proxy ca install',
  absent: 'was not told: iam-auth-proxy ca install',
  unknown: 'cannot be read: is certutil installed?',
}
