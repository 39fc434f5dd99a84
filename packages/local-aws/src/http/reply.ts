/** What goes back to the client. */
export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** Sent as `x-amzn-requestid`. */
  readonly requestId: string
}
