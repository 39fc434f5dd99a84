/** What there is at the embedded AWS. */
export interface AwsAnswer {
  readonly endpoint: string
  readonly region: string
  readonly account: string
  readonly keyArn: string
  /** Who logs in. */
  readonly alice: AccessKey
  readonly aliceArn: string
  /** The service. */
  readonly server: AccessKey
  /** How often each action was asked for since the last question. */
  readonly calls: Readonly<Record<string, number>>
}

export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}
