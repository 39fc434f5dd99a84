import type { IncomingHttpHeaders } from 'node:http'
import type { KMSClientConfig } from '@aws-sdk/client-kms'

export interface Page {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Opens a page as a client of version 1 does, and logs in on the way. */
export function open(url: string, aws?: Pick<KMSClientConfig, 'endpoint' | 'region' | 'credentials'>): Promise<Page>
