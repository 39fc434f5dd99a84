import type { Server } from 'node:http'
import type { KMSClientConfig } from '@aws-sdk/client-kms'

export interface OriginalServerOptions {
  /** The account that callers belong to. */
  readonly realm: string
  readonly keyArn: string
  readonly salt: string
  /** Settings of the AWS clients. @default what the SDK finds */
  readonly aws?: Pick<KMSClientConfig, 'endpoint' | 'region' | 'credentials'>
}

/** A service that speaks version 1 alone; it does not listen yet. */
export function createServer(options: OriginalServerOptions): Server
