import type { Curve } from '../model.js'
import { logLogSlope } from '../statistics.js'
import { type Drawing, dot, polyline, rect, text } from './svg.js'

/** px */
const PLOT_HEIGHT = 150
const LEFT = 56
const TOP = 44
const BOTTOM = 36

/** A cost against a size, both in powers of ten; dashed what would be linear from the first point. */
export function drawCurve({ name, cost, points }: Curve, width: number): Drawing {
  const room = width - LEFT - 20
  const [xs, ys] = [points.map(([size]) => size), points.map(([, value]) => value)]
  const x = scale(Math.min(...xs), Math.max(...xs), room)
  const low = Math.min(...ys)
  // At least two powers of ten high, so that noise does not look like growth.
  const y = scale(low / 2, Math.max(...ys, low * 100), PLOT_HEIGHT)
  const place = ([size, value]: readonly [number, number]) => [LEFT + x(size), TOP + PLOT_HEIGHT - y(value)] as const
  const placed = points.map(place)
  const [first = [1, low] as const] = points
  const linear = xs.map((size) => place([size, (first[1] * size) / first[0]])).filter(([, at]) => at >= TOP)
  const body = [
    text(0, 14, `${cost} against ${name}`, 'title'),
    text(0, 32, `grows as size to the power of ${logLogSlope(points).toFixed(2)}; dashed: linear`, 'small'),
    rect(LEFT, TOP + PLOT_HEIGHT, [room, 1], 'limit'),
    polyline(linear, 'linear'),
    polyline(placed, 'line'),
    ...placed.map(([px, py]) => dot(px, py)),
    ...points.map(([size, value], at) => {
      const [px = 0, py = 0] = placed[at] ?? []
      return [
        text(px, TOP + PLOT_HEIGHT + 16, String(size), 'small middle'),
        text(px, py - 8, threeDigits(value), 'small middle'),
      ].join('\n')
    }),
  ]
  return { height: TOP + PLOT_HEIGHT + BOTTOM, body: body.join('\n') }
}

function scale(low: number, high: number, room: number): (value: number) => number {
  const [from, to] = [Math.log(low), Math.log(high)]
  return (value) => ((Math.log(value) - from) / (to - from || 1)) * room
}

/** 0.123, 12.3, 1234 */
function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.0+$/, '')
}
