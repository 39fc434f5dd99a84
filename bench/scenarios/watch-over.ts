import type { Inside } from '../contenders/inside.js'

/** How often a process is looked into during a run: each look collects garbage twice. */
const LOOKS = 20

/** A second of a run. */
export interface Sample {
  /** s since the load began. */
  readonly at: number
  /** Resident memory, MB. */
  readonly rss: number
  /** Where the process was asked for more. */
  readonly inside?: Inside
}

export interface Watching {
  readonly seconds: number
  readonly look: () => Promise<Inside>
  /** Resident memory now, MB. */
  readonly memory: () => number
  readonly samples: Sample[]
  readonly say: (line: string) => void
}

/** Fills in a sample each second, for so many seconds. Says a line each time it looks inside. */
export async function watchOver({ seconds, look, memory, samples, say }: Watching): Promise<void> {
  const start = performance.now()
  const every = seconds / LOOKS
  let due = every
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const at = (performance.now() - start) / 1000
    // Before the look: what it collects is the contender's own until then.
    const rss = memory()
    const inside = at >= due ? await look() : undefined
    samples.push({ at, rss, ...(inside && { inside }) })
    if (inside !== undefined) {
      due += every
      const { heapUsed } = inside.memory
      say(`  soak: ${at.toFixed(0)} s, ${rss.toFixed(0)} MB resident, ${(heapUsed / 1e6).toFixed(1)} MB of heap`)
    }
    if (at >= seconds) return
  }
}
