import { type Crossing, header } from '../wire/crossing.js'

/** What a message is, in a word or two: see `Expected.what`. */
export function describe(crossing: Crossing): string {
  if (crossing.kind === 'response') return String(crossing.status)
  if (crossing.to === 'STS') return new URLSearchParams(crossing.body).get('Action') ?? 'an unknown action'
  if (crossing.to === 'KMS') return header(crossing, 'x-amz-target').replace(/^.*\./, '')
  return `${crossing.method} ${crossing.target.split('?', 1)[0]}`
}
