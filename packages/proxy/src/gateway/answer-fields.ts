import { rewritePolicy } from './content-security-policy.js'
import type { Place } from './front.js'
import { relocateUrl, swapOrigin } from './origins.js'
import { rewriteSetCookie } from './set-cookie.js'

type Rewrite = (value: string, place: Place, places: readonly Place[]) => string | undefined

/** How the fields that name places are rewritten; undefined drops one. All others travel as they are. */
const REWRITES: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  ['location', relocateUrl],
  ['content-location', relocateUrl],
  ['refresh', rewriteRefresh],
  ['link', rewriteLinks],
  ['set-cookie', (line, { site }) => rewriteSetCookie(line, site.host)],
  ['access-control-allow-origin', swapOrigins],
  ['timing-allow-origin', swapOrigins],
  ['content-security-policy', (value, _, places) => rewritePolicy(value, places)],
  ['content-security-policy-report-only', (value, _, places) => rewritePolicy(value, places)],
  // About the site's own TLS and ports, which the gateway does not have.
  ['strict-transport-security', () => undefined],
  ['alt-svc', () => undefined],
])

/** What a site answers, as it would answer did it live at the gateway. Bodies are not looked into. */
export function rewriteAnswer(rawHeaders: readonly string[], place: Place, places: readonly Place[]): string[] {
  const flat: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const value = rawHeaders[i + 1] as string
    const rewrite = REWRITES.get(name.toLowerCase())
    const rewritten = rewrite ? rewrite(value, place, places) : value
    if (rewritten !== undefined) flat.push(name, rewritten)
  }
  return flat
}

/** `5; url=https://wiki.example.com/next` */
function rewriteRefresh(value: string, place: Place, places: readonly Place[]): string {
  const [before = ''] = /^[\s\d.]*[;,]?\s*(?:url\s*=\s*)?(['"]?)/i.exec(value) ?? []
  const url = value.slice(before.length)
  return before === value ? value : before + relocateUrl(url, place, places)
}

/** RFC 8288 §3: the targets, in angle brackets. */
function rewriteLinks(value: string, place: Place, places: readonly Place[]): string {
  return value.replaceAll(/<([^>]*)>/g, (_, url: string) => `<${relocateUrl(url, place, places)}>`)
}

function swapOrigins(value: string, _: Place, places: readonly Place[]): string {
  return value
    .split(',')
    .map((one) => swapOrigin(one.trim(), places))
    .join(', ')
}
