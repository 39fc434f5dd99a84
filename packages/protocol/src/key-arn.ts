import { ProtocolError } from './errors.js'
import { isPartition, type Partition, partitionOfRegion } from './partition.js'

/** A KMS key by its full ARN: never an alias, never a bare id, so that account and region are in plain sight. */
export interface KeyArn {
  readonly arn: string
  readonly partition: Partition
  readonly region: string
  readonly account: string
  /** UUID, or `mrk-` and 32 hex digits for a multi-Region key. */
  readonly keyId: string
}

const SHAPE =
  /^arn:([a-z-]+):kms:([a-z0-9-]+):(\d{12}):key\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/

/** @throws ProtocolError ERR_IAM_KEY: not a full key ARN, or its region is not of its partition. */
export function parseKeyArn(text: string): KeyArn {
  const [, partition = '', region = '', account = '', keyId = ''] = SHAPE.exec(text) ?? []
  if (!isPartition(partition) || partitionOfRegion(region) !== partition) {
    throw new ProtocolError('ERR_IAM_KEY', 'not the full ARN of a KMS key')
  }
  return { arn: text, partition, region, account, keyId }
}
