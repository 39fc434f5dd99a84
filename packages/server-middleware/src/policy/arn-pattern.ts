import { isPartition, type Partition } from 'iam-auth-protocol'

/** A principal's ARN in which `*` stands for any characters within one segment of the name. */
export interface ArnPattern {
  readonly text: string
  readonly partition: Partition
  readonly account: string
  readonly kind: 'user' | 'role' | 'federated-user'
}

const SHAPE = /^arn:([a-z-]+):(iam|sts)::(\d{12}):(user|role|federated-user)\/([\x21-\x39\x3b-\x7e]{1,576})$/

/** @throws Error that says what is wrong with it; no pattern reaches past its account or kind. */
export function parseArnPattern(text: string, kind: ArnPattern['kind'], expectedPartition: Partition): ArnPattern {
  const [, partition = '', service, account = '', resource, name = ''] = SHAPE.exec(text) ?? []
  const quoted = JSON.stringify(text)
  const expected = `arn:${expectedPartition}:${kind === 'federated-user' ? 'sts' : 'iam'}::<12 digits>:${kind}/<name>`
  if (resource !== kind || (service === 'sts') !== (kind === 'federated-user') || !isPartition(partition)) {
    throw new Error(`${quoted} is not ${expected}`)
  }
  if (partition !== expectedPartition) throw new Error(`${quoted} is of another partition than the key`)
  if (/[?[\](){}|^$\\]/.test(name)) throw new Error(`${quoted}: only * has a meaning in a pattern`)
  if (kind !== 'user' && name.includes('/')) throw new Error(`${quoted}: STS does not tell a role's path, leave it out`)
  if (name.startsWith('AWSReservedSSO_') && name.includes('*')) {
    throw new Error(
      `${quoted}: anyone who may create roles can make one like it; use permissionSets, or the exact name`,
    )
  }
  return { text, partition, account, kind }
}

/** Anchored at both ends; both have the same number of segments. */
export function matchesArn({ text }: ArnPattern, canonicalArn: string): boolean {
  const patterns = text.split(/[/:]/)
  const segments = canonicalArn.split(/[/:]/)
  return (
    patterns.length === segments.length && patterns.every((pattern, index) => matchesSegment(pattern, segments[index]))
  )
}

/** The pieces between the stars, each at its first place after the one before; the last one at the end. */
function matchesSegment(pattern: string, text = ''): boolean {
  const [head = '', ...pieces] = pattern.split('*')
  const tail = pieces.pop()
  if (tail === undefined) return text === pattern
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false
  let rest = text.slice(head.length, text.length - tail.length)
  for (const piece of pieces) {
    const at = rest.indexOf(piece)
    if (at < 0) return false
    rest = rest.slice(at + piece.length)
  }
  return true
}
