/** What several rounds of one figure come to. */
export interface Summary {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Ratios nearer to 1 than this are not resolved on a shared machine (found by running one program against itself). */
const RESOLVED = 1.25

/** The median of these, and the lowest and highest. Throws TypeError where there are none. */
export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const [low] = sorted
  if (low === undefined) throw new TypeError('nothing was measured')
  return { median: quantile(sorted, 0.5), low, high: sorted[sorted.length - 1] ?? low }
}

/** The value below which this share (0 to 1) of sorted values lies, interpolated. NaN for none. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(at), Math.floor(at) + 2)
  return below + (above - below) * (at - Math.floor(at))
}

/** How far the rounds lie apart, in percent of their median. */
export function spreadPercent({ median, low, high }: Summary): number {
  return median === 0 ? 0 : ((high - low) / median) * 100
}

/** `3.1 ×`, or `about equal` where the difference is not resolved. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–'
  if (ratio < RESOLVED && ratio > 1 / RESOLVED) return 'about equal'
  return `${ratio.toFixed(ratio < 10 ? 2 : 0)} ×`
}

/** How steeply these points rise, by least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}

/** The exponent of the power law that fits these points best (least squares over logarithms): 0 flat, 1 linear. */
export function logLogSlope(points: readonly (readonly [x: number, y: number])[]): number {
  return slope(points.map(([x, y]) => [Math.log(x), Math.log(y)] as const))
}
