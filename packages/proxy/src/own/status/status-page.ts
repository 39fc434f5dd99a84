import { formatHint } from '../../pages/hint.js'
import { type Html, html } from '../../pages/html.js'
import { renderEvents, renderServices } from './activity-parts.js'
import { formatSpan } from './ago.js'
import { renderAuthority } from './authority-part.js'
import { describeRoute } from './route.js'
import { setups } from './setup-lines.js'
import type { Status, StatusTrust } from './status.js'

/** The status page: is it working, who am I, what has happened, how do I set it up. Parts with `data-live` are kept fresh. */
export function renderStatus(status: Status, csrfToken: string): Html {
  const tone = status.problem === null ? 'good' : 'mark'
  return html`<main>
<p class="host">iam-auth-proxy · ${status.address}</p>
<p id="gone" hidden class="bad"><strong>The proxy does not answer any more.</strong> What you see is old. Start it again: <code>iam-auth-proxy</code></p>
<div id="headline" class="${tone}" data-live aria-live="polite">${renderHeadline(status)}</div>
<section id="identity" data-live>${renderIdentity(status, csrfToken)}</section>
<section id="services" data-live>${renderServices(status, csrfToken)}</section>
<section id="events" data-live>${renderEvents(status)}</section>
<section id="trust" data-live>${renderTrust(status)}</section>
<section id="authority" data-live>${renderAuthority(status)}</section>
<section id="setup">${renderSetup(status)}</section>
<footer id="about" data-live>Version ${status.version}, running for ${formatSpan(status.startedAt, status.now)}. For scripts: <a href="/status.json">status.json</a>, <code>iam-auth-proxy status</code></footer>
</main>`
}

function renderHeadline({ problem, services, route }: Status): Html {
  if (problem !== null) {
    return html`<h1>${problem.code.startsWith('ERR_IAM') ? 'Logins do not work' : 'Nothing gets through'}</h1>
<p>${problem.message}</p>${problem.hint === '' ? undefined : formatHint(problem.hint)}`
  }
  const idle = services.length === 0 ? ' No service has asked for a login yet.' : ''
  return html`<h1>The proxy is working</h1>
<p>Services are reached ${describeRoute(route)}.${idle}</p>`
}

function renderIdentity({ identity, now }: Status, csrfToken: string): Html {
  const { arn, account, source, expiresAt } = identity
  const until =
    arn === null
      ? undefined
      : html`<dt>Expires</dt><dd>${expiresAt === null ? 'never' : formatExpiry(expiresAt, now)}</dd>`
  const known =
    arn === null
      ? html`<dt>You are</dt><dd>${renderUnknown(identity)}</dd>`
      : html`<dt>You are</dt><dd>${arn}</dd><dt>Account</dt><dd>${account ?? ''}</dd>`
  return html`<div class="row"><h2>Your AWS identity</h2>
<form method="post" action="/identity/check"><input type="hidden" name="csrf" value="${csrfToken}"><button>Check now</button></form></div>
<dl>${known}<dt>From</dt><dd>${source}</dd>${until}</dl>`
}

function renderUnknown({ isAsking, codeForm }: Status['identity']): Html {
  if (codeForm !== null) return html`AWS wants an MFA code: <a href="${codeForm}">type it</a>`
  return isAsking ? html`asking AWS …` : html`not known yet: AWS is asked at the first login`
}

function formatExpiry(expiresAt: string, now: string): string {
  return expiresAt <= now ? 'has expired: new ones are fetched at the next login' : `in ${formatSpan(now, expiresAt)}`
}

function renderTrust({ trust, onlyTrusted }: Status): Html {
  const rest = onlyTrusted
    ? 'This proxy forwards to trusted services only.'
    : 'Other services may be opened too, and log in with version 2.'
  if (trust.entries.length === 0) {
    return html`<h2>What you trust</h2>
<p>Nothing yet. ${rest} Browsers that use the PAC file below come here for trusted services only:</p>
<pre>iam-auth-proxy trust add http://wiki.internal</pre>`
  }
  return html`<h2>What you trust</h2>
<p class="soft">${rest} To change it: <code>iam-auth-proxy trust add</code> or <code>remove</code>; it counts at once.</p>
<ul>${trust.entries.map(renderTrusted)}</ul>`
}

function renderTrusted({ name, pin, version1, plainHttp }: StatusTrust): Html {
  const notes = [
    ...(version1 ? ['version 1: it may get live AWS credentials'] : []),
    ...(plainHttp ? ['unencrypted http'] : []),
    pin === null ? 'no key pinned' : `${pin.kind} ${pin.value}`,
  ]
  return html`<li><h3>${name}</h3><p class="soft">${notes.join(', ')}</p></li>`
}

function renderSetup({ pacUrl, address, trust, wantsPassword }: Status): Html {
  const password = wantsPassword ? html`<p>Browsers will ask for the proxy's user and password.</p>` : undefined
  const nothing = trust.entries.length === 0 ? ' (nothing yet)' : ''
  return html`<h2>Set up the browser</h2>
<p>With this address the browser sends what you trust${nothing} through the proxy, and everything else directly:</p>
<pre data-copy>${pacUrl}</pre>
${password}${setups(pacUrl, `http://${address}`).map(
  ({ name, how, lines, undo }) =>
    html`<details><summary>${name}</summary><p>${how}</p><pre data-copy>${lines.join('\n')}</pre>${
      undo === undefined ? undefined : html`<div class="soft"><p>To undo it:</p>${formatHint(undo)}</div>`
    }</details>`,
)}`
}
