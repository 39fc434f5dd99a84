import { type Html, html } from '../../pages/html.js'

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
]

/** `3 h`, `12 min`, `less than a minute`: two ISO 8601 times apart, in one unit. */
export function formatSpan(from: string, to: string): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000
  const [size, name] = UNITS.find(([unit]) => seconds >= unit) ?? []
  return size === undefined ? 'less than a minute' : `${Math.floor(seconds / size)} ${name}`
}

/** When something was, as `3 h ago`; the exact time is its title. */
export function ago(at: string, now: string): Html {
  const span = formatSpan(at, now)
  return html`<time datetime="${at}" title="${at}">${span === 'less than a minute' ? 'just now' : `${span} ago`}</time>`
}
