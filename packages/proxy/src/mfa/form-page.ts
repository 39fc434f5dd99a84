import { ownHtml } from '../own/own-html.js'
import type { OwnAnswer } from '../own/route.js'
import { html } from '../pages/html.js'
import type { Ticket } from './tickets.js'

/** Notices an answer given elsewhere. What it learns is one word about the question whose page it is in. */
const SCRIPT =
  "setInterval(async()=>{const answer=await fetch('/mfa/state'+location.search).catch(()=>undefined);" +
  "if(answer?.ok&&await answer.text()!=='open')location.reload()},1500)"

/** The question: six digits, for one request. */
export function formPage({ id, question, returnTo }: Ticket, csrfToken: string): OwnAnswer {
  const { serialNumber } = question
  const reason = question.reason()
  const told = reason === undefined ? undefined : html`<p class="reason" id="reason" role="alert">${reason}</p>`
  const described = told && html` aria-invalid="true" aria-describedby="reason"`
  const content = html`<main class="ask"><p class="host">${hostOf(returnTo)}</p>
<h1>Type your MFA code</h1>
<p>To log you in, AWS wants the six digits that this device shows now:</p>
<p><code>${serialNumber}</code></p>
<form method="post" action="/mfa">
<input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="id" value="${id}">
<label for="code">Code</label>
<input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}"
 maxlength="7" title="six digits" required autofocus${described}>
${told}<p class="next"><button>Log in</button></p>
</form>
<footer>This page is from iam-auth-proxy on your machine. The code goes to AWS; the service never sees it.
Where the proxy was started in a terminal, you can type it there instead.</footer></main>`
  return ownHtml({ title: 'Type your MFA code', content, script: SCRIPT })
}

/** The code was right, here or elsewhere: on to the page that was asked for. */
export function donePage({ returnTo }: Ticket): OwnAnswer {
  const next =
    returnTo === undefined
      ? html`<p>AWS took the code. Run the program again; you can close this page.</p>`
      : html`<p>AWS took the code.</p><p class="next"><a href="${returnTo}">Go on to the page you opened</a></p>`
  const content = html`<main class="ask"><p class="host">${hostOf(returnTo)}</p><h1>Thank you</h1>${next}</main>`
  // Not a redirect: browsers hold `form-action` against one that follows a form.
  const extraHeaders = returnTo === undefined ? [] : ['Refresh', `0;url=${returnTo}`]
  return { ...ownHtml({ title: 'Thank you', content }), extraHeaders }
}

/** Nobody can answer this any more. */
export function overPage(ticket: Ticket | undefined): OwnAnswer {
  const reason = ticket?.question.reason() ?? 'This question is too old, or of an earlier run of the proxy.'
  const { returnTo } = ticket ?? {}
  const next =
    returnTo === undefined
      ? html`<p>Open the page you wanted again, or run the program again.</p>`
      : html`<p class="next"><a href="${returnTo}">Try again</a></p>`
  const content = html`<main class="ask"><p class="host">${hostOf(returnTo)}</p>
<h1>Not logged in</h1><p>${reason}</p>${next}</main>`
  return ownHtml({ title: 'Not logged in', content, status: ticket === undefined ? 404 : 403 })
}

function hostOf(returnTo: string | undefined): string {
  return returnTo === undefined ? 'For a program on this machine' : new URL(returnTo).host
}
