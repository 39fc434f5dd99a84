import { requireRule } from '../target.js'

const OPENING = '<GetCallerIdentityResponse>'
const NAMESPACE = '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
const PROLOG = /^<\?xml version="1\.0"(?: encoding="utf-8")?\s*\?>/i

/** The one document in XML that an STS may have written: cut at its tags, and compared piece by piece. */
export function requireXmlRules(
  text: string,
  accepted: { readonly account: string; readonly arn: string; readonly userId: string },
): void {
  const pieces = text
    .trim()
    .replace(PROLOG, '')
    .split(/(<[^>]*>)/)
  const tags = pieces.filter((_, index) => index % 2 === 1)
  const texts = pieces.filter((_, index) => index % 2 === 0)
  const names = tags.slice(2, 8).filter((_, index) => index % 2 === 0)
  requireRule('three different members', new Set(names).size === 3 && names.length === 3)
  const members = names.flatMap((tag) => [tag, tag.replace('<', '</')])
  const metadata = ['<ResponseMetadata>', '<RequestId>', '</RequestId>', '</ResponseMetadata>']
  const rest = ['</GetCallerIdentityResult>', ...metadata, '</GetCallerIdentityResponse>']
  const expected = ['<GetCallerIdentityResult>', ...members, ...rest]
  requireRule('the document’s first tag', tags[0] === OPENING || tags[0] === NAMESPACE)
  requireRule('its tags, and no others', tags.slice(1).join('') === expected.join(''))
  const values = new Map(names.map((tag, index) => [tag, texts[3 + 2 * index] ?? '']))
  const isInside = (index: number) => [3, 5, 7].includes(index) || tags[index - 1] === '<RequestId>'
  requireRule(
    'nothing between them',
    texts.every((own, index) => own.trim() === '' || isInside(index)),
  )
  requireRule('no entities', !texts.some((own) => own.includes('&') || own.includes('>')))
  const read = [values.get('<Account>'), values.get('<Arn>'), values.get('<UserId>')]
  requireRule('read as it stands', read.join('\n') === [accepted.account, accepted.arn, accepted.userId].join('\n'))
}
