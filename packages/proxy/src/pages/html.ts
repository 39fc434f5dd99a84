/** Text that is HTML: made by `html` alone, so that nothing gets into a page unescaped. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | undefined | readonly (Html | undefined)[]

/** A template whose values are escaped, but for those that are HTML already; what is undefined is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, index) => text + formatPart(parts[index - 1]) + string))
}

function formatPart(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  return typeof part === 'object' ? part.map(formatPart).join('') : escapeHtml(String(part))
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
