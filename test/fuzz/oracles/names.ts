/** The forms of PROTOCOL.md, "Terms and encodings", written from its tables. */

const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f']

const BEGINNINGS: readonly (readonly [beginning: readonly string[], partition: string])[] = [
  [['us', 'gov'], 'aws-us-gov'],
  [['us', 'iso'], 'aws-iso'],
  [['us', 'isob'], 'aws-iso-b'],
  [['eu', 'isoe'], 'aws-iso-e'],
  [['us', 'isof'], 'aws-iso-f'],
  [['cn'], 'aws-cn'],
]

/** The partition of a region by its parts; undefined for what is no region. */
export function partitionOf(region: string): string | undefined {
  const parts = region.split('-')
  const number = parts.pop() ?? ''
  if (region.length > 32 || number.length > 2 || !isMadeOf(number, DIGITS)) return undefined
  if (!parts.every((part) => isMadeOf(part, LETTERS))) return undefined
  if (parts[0] === 'eusc') return parts.length === 3 && parts[1]?.length === 2 ? 'aws-eusc' : undefined
  for (const [beginning, partition] of BEGINNINGS) {
    const begins = beginning.every((part, index) => parts[index] === part)
    if (begins && parts.length === beginning.length + 1) return partition
  }
  return parts.length === 2 && parts[0]?.length === 2 ? 'aws' : undefined
}

const DIGITS = '0123456789'
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const HEX = '0123456789abcdef'
const UPPER = LETTERS.toUpperCase()
const NAME_CHARACTERS = `${LETTERS}${UPPER}${DIGITS}_+=,.@-`
export const ID_CHARACTERS = `${LETTERS}${UPPER}${DIGITS}-_`

/** Not empty, and of these characters alone. */
export function isMadeOf(text: string, alphabet: string): boolean {
  return text !== '' && [...text].every((char) => alphabet.includes(char))
}

export function isAccount(text: string): boolean {
  return text.length === 12 && isMadeOf(text, DIGITS)
}

/** The parts of a key's full ARN; undefined for anything else. */
export function readKeyArn(arn: string) {
  const [arnWord, partition = '', service, region = '', account = '', resource = '', ...more] = arn.split(':')
  const [keyWord, id = '', ...deeper] = resource.split('/')
  const isWhole =
    arnWord === 'arn' && service === 'kms' && keyWord === 'key' && more.length === 0 && deeper.length === 0
  const isOfPartition = PARTITIONS.includes(partition) && partitionOf(region) === partition
  return isWhole && isOfPartition && isAccount(account) && isKeyId(id) ? { partition, region, account, id } : undefined
}

function isKeyId(id: string): boolean {
  const [mrk, hex = '', ...more] = id.split('-')
  if (mrk === 'mrk') return hex.length === 32 && isMadeOf(hex, HEX) && more.length === 0
  const groups = id.split('-')
  return groups.map(({ length }) => length).join() === '8,4,4,4,12' && groups.every((group) => isMadeOf(group, HEX))
}

/** Who an ARN of GetCallerIdentity names; undefined for anything else. */
export function readPrincipalArn(arn: string) {
  const [arnWord, partition = '', service = '', region, account = '', resource = '', ...more] = arn.split(':')
  const isWhole = arnWord === 'arn' && region === '' && more.length === 0
  if (!isWhole || !PARTITIONS.includes(partition) || !isAccount(account)) return undefined
  const [kind, ...path] = resource.split('/')
  const isName = (name: string | undefined) =>
    name !== undefined && name.length <= 64 && isMadeOf(name, NAME_CHARACTERS)
  const isPathSegment = (segment: string) => /^[!-~]+$/.test(segment)
  const forms: Readonly<Record<string, boolean>> = {
    'iam root': path.length === 0,
    'iam user': isName(path.at(-1)) && path.slice(0, -1).every(isPathSegment),
    'sts assumed-role': path.length === 2 && path.every(isName),
    'sts federated-user': path.length === 1 && path.every(isName),
  }
  return forms[`${service} ${kind}`] === true ? { partition, account, kind, path } : undefined
}

/** As `new URL(u).origin` prints it. */
export function isPrintedOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}
