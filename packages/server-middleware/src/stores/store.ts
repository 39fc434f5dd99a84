/**
 * What was used once and must not be used again: challenges, version-1 access keys, and the sessions that were logged
 * out. Every instance of a service needs the same one. A store that fails ends logins with 503.
 */
export interface Store {
  /** Remembers `id` until then (unix seconds). True for the first caller alone, however many ask at the same time. */
  consume(id: string, untilSeconds: number): Promise<boolean> | boolean
  /** Whether `id` has been consumed and not yet forgotten. */
  used(id: string): Promise<boolean> | boolean
}
