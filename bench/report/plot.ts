import type { RunRecord } from '../model.js'
import { drawBars, hasBars } from './bars.js'
import { drawCurve } from './curves.js'
import { describeRun } from './run-record.js'
import { type Drawing, group, svgFile, text } from './svg.js'

/** px */
const COLUMN_WIDTH = 520
const GAP = 32
const HEAD_HEIGHT = 64

/** All scenarios as one picture: bars, then what grows; in two columns. */
export function drawPlot(record: RunRecord): string {
  const drawings = [
    ...record.results.filter(hasBars).map((result) => drawBars(result, COLUMN_WIDTH)),
    ...record.results.flatMap(({ curves = [] }) => curves.map((curve) => drawCurve(curve, COLUMN_WIDTH))),
  ]
  const heights = [HEAD_HEIGHT, HEAD_HEIGHT]
  const placed = drawings.map((drawing) => place(drawing, heights))
  const width = 2 * COLUMN_WIDTH + 3 * GAP
  const head = [text(GAP, 28, 'npm run bench', 'title'), text(GAP, 46, describeRun(record), 'small')]
  return svgFile(
    width,
    Math.max(...heights),
    'What iam-auth-proxy costs, beside others',
    [...head, ...placed].join('\n'),
  )
}

/** Where the columns are shorter. */
function place({ height, body }: Drawing, heights: number[]): string {
  const [left = 0, right = 0] = heights
  const column = left <= right ? 0 : 1
  const y = heights[column] ?? 0
  heights[column] = y + height + GAP
  return group(GAP + column * (COLUMN_WIDTH + GAP), y, body)
}
