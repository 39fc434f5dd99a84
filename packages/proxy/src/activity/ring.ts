import type { ActivityEvent } from './activity.js'

/** The newest events; what happens again and again counts as one. */
export interface EventRing {
  add(event: Omit<ActivityEvent, 'count'>): void
  /** The newest first. */
  read(): readonly ActivityEvent[]
}

/** @param limit how many events are kept */
export function createRing(limit: number): EventRing {
  let events: readonly ActivityEvent[] = []
  return {
    add(event) {
      // A login counts for itself: it may be another version, or another person's.
      const again = event.kind === 'login' ? undefined : events.find((known) => isSame(known, event))
      const others = again === undefined ? events : events.filter((known) => known !== again)
      events = [{ ...event, count: (again?.count ?? 0) + 1 }, ...others].slice(0, limit)
    },
    read: () => events,
  }
}

/** How far back a repetition is looked for does not matter: the list is short. */
function isSame(one: ActivityEvent, other: Omit<ActivityEvent, 'count'>): boolean {
  return (
    one.kind === other.kind && one.target === other.target && one.code === other.code && one.message === other.message
  )
}
