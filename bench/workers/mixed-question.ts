/** Everybody's worst hour at once, through one proxy. */
export interface MixedQuestion {
  readonly proxyPort: number
  /** A service that is looked at, as `127.0.0.1:port`. */
  readonly host: string
  /** One that is only tunnelled to. */
  readonly untrusted: string
  readonly seconds: number
}

/** What it came to. */
export interface MixedAnswer {
  /** What was done, by kind: each was seen to end as it had to. */
  readonly done: Readonly<Record<string, number>>
  /** What ended otherwise. */
  readonly errors: number
  readonly firstError?: string
}
