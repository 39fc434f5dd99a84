/** AWS partitions and the host suffix of their regional endpoints (the SDKs' endpoint tables). */
const HOST_SUFFIXES = {
  aws: 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
  'aws-us-gov': 'amazonaws.com',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
} as const

export type Partition = keyof typeof HOST_SUFFIXES

/** A region's shape decides its partition; anything of another shape is no region, so no host is made of it. */
const REGION_SHAPES: readonly (readonly [RegExp, Partition])[] = [
  [/^cn-[a-z]+-\d{1,2}$/, 'aws-cn'],
  [/^us-gov-[a-z]+-\d{1,2}$/, 'aws-us-gov'],
  [/^eusc-[a-z]{2}-[a-z]+-\d{1,2}$/, 'aws-eusc'],
  [/^us-iso-[a-z]+-\d{1,2}$/, 'aws-iso'],
  [/^us-isob-[a-z]+-\d{1,2}$/, 'aws-iso-b'],
  [/^eu-isoe-[a-z]+-\d{1,2}$/, 'aws-iso-e'],
  [/^us-isof-[a-z]+-\d{1,2}$/, 'aws-iso-f'],
  [/^(?!cn-|[a-z]{2}-(?:gov|iso[a-z]?)-)[a-z]{2}-[a-z]+-\d{1,2}$/, 'aws'],
]

/** No region's name comes near it: keeps hosts, ARNs and regular expressions short. */
const MAX_REGION_LENGTH = 32

/** The partition a region belongs to, or undefined for text that is no region's name. */
export function partitionOfRegion(region: string): Partition | undefined {
  if (region.length > MAX_REGION_LENGTH) return undefined
  return REGION_SHAPES.find(([shape]) => shape.test(region))?.[1]
}

export function isPartition(text: string): text is Partition {
  return Object.hasOwn(HOST_SUFFIXES, text)
}

/**
 * The regional STS host that identity proofs are signed for: `sts.eu-west-1.amazonaws.com`.
 *
 * @throws TypeError when `region` is no region's name; check it first, it becomes part of a host.
 */
export function stsHost(region: string): string {
  const partition = partitionOfRegion(region)
  if (partition === undefined) throw new TypeError(`not an AWS region: ${JSON.stringify(region)}`)
  return `sts.${region}.${HOST_SUFFIXES[partition]}`
}
