import { type Partition, parseKeyArn, partitionOfRegion } from 'iam-auth-protocol'

/** A KMS key as an operator names it. */
export interface KeyReference {
  readonly id: string
  /** Undefined for an id or alias: DescribeKey tells. */
  readonly arn: string | undefined
  readonly region: string
  readonly partition: Partition
}

const KEY_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/
const ALIAS = /^alias\/[A-Za-z0-9/_-]{1,250}$/
const ALIAS_ARN = /^arn:[a-z-]+:kms:([a-z0-9-]+):\d{12}:alias\/[A-Za-z0-9/_-]{1,250}$/

/** @throws Error for what is no key, or an id or alias without a region. */
export function parseKeyReference(id: string, region: string | undefined): KeyReference {
  if (id.startsWith('arn:') && id.includes(':key/')) {
    const { arn, region: ownRegion, partition } = parseKeyArn(id)
    return { id, arn, region: ownRegion, partition }
  }
  const [, aliasRegion] = ALIAS_ARN.exec(id) ?? []
  if (aliasRegion === undefined && !KEY_ID.test(id) && !ALIAS.test(id)) {
    throw new Error('not the ARN, id or alias of a KMS key')
  }
  const keyRegion = aliasRegion ?? region
  if (keyRegion === undefined) throw new Error('an id or alias needs the option region (AWS_REGION)')
  const partition = partitionOfRegion(keyRegion)
  if (partition === undefined) throw new Error('its region is not an AWS region')
  return { id, arn: undefined, region: keyRegion, partition }
}
