import { Html, html } from './html.js'

/** A hint as in `LoginRefusal`: backticks around what is typed, and a block after a newline. */
export function formatHint(hint: string): Html {
  const [sentence = '', ...block] = hint.split('\n')
  const marked = new Html(html`${sentence}`.text.replaceAll(/`([^`]+)`/g, '<code>$1</code>'))
  return html`<p>${marked}</p>${block.length === 0 ? undefined : html`<pre>${block.join('\n')}</pre>`}`
}
