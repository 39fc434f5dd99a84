/** Where an absolute-form request goes, and what the original makes of its path. */
import { formatQueryEscape, parsePathUnescape } from './go-formats.js'

/** The parts of `scheme://authority/path?query`, none of them normalised. */
export interface Target {
  scheme: 'http' | 'https'
  authority: string
  /** Path and query as the service gets them. */
  requestUri: string
  /** Decoded path, then `?` and the raw query unless that is empty: `/a%2Fb` has become `/a/b`. */
  returnUrl: Buffer
}

const absoluteForm = /^(https?):\/\/(?:[^/?#]*@)?([^/?#]+)([^?#]*)(\?[^#]*)?/i

/** Reads a request line's target; nothing unless it is in absolute form. */
export function parseTarget(rawUrl: string): Target | undefined {
  const [, scheme, authority, path, query = ''] = absoluteForm.exec(rawUrl) ?? []
  if (scheme === undefined || authority === undefined || path === undefined) return undefined
  return {
    scheme: scheme.toLowerCase() as Target['scheme'],
    authority,
    requestUri: (path || '/') + query,
    returnUrl: Buffer.concat([parsePathUnescape(path), Buffer.from(query === '?' ? '' : query, 'latin1')]),
  }
}

/** The 302's Location: scheme-relative, `return_url` before `token`, the token in padded base64. */
export function formatAuthLocation(target: Target, ciphertext: Uint8Array): string {
  const token = Buffer.from(Buffer.from(ciphertext).toString('base64'))
  return `//${target.authority}/auth?return_url=${formatQueryEscape(target.returnUrl)}&token=${formatQueryEscape(token)}`
}
