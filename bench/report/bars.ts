import type { Result, Row } from '../model.js'
import { type Drawing, rect, text } from './svg.js'

/** px */
const NAME_WIDTH = 205
const VALUE_WIDTH = 70
const ROW_HEIGHT = 18
const HEAD_HEIGHT = 44

/** The figure that a scenario goes by, a bar a contender, the best on top. */
export function drawBars(result: Result, width: number): Drawing {
  const { title, columns, primary } = result
  const column = columns.find(({ key }) => key === primary)
  const rows = shownRows(result)
  const longest = Math.max(...rows.map((row) => figureOf(row, primary)))
  const room = width - NAME_WIDTH - VALUE_WIDTH
  const lines = rows.flatMap((row, at) => {
    const y = HEAD_HEIGHT + at * ROW_HEIGHT
    const value = figureOf(row, primary)
    const length = Math.max(1, (value / longest) * room)
    const kind = row.role === 'ours' ? 'ours' : row.role === 'limit' ? 'limit' : 'bar'
    return [
      text(NAME_WIDTH - 8, y + 12, row.contender, 'end'),
      rect(NAME_WIDTH, y + 2, [length, ROW_HEIGHT - 6], kind),
      text(NAME_WIDTH + length + 6, y + 12, value.toFixed(column?.digits ?? 0), 'small'),
    ]
  })
  const head = [text(0, 14, title, 'title'), text(0, 32, `${column?.title ?? primary}: less is better`, 'small')]
  return { height: HEAD_HEIGHT + rows.length * ROW_HEIGHT, body: [...head, ...lines].join('\n') }
}

/** Whether there is anything to draw. */
export function hasBars(result: Result): boolean {
  return result.curves === undefined && shownRows(result).length > 1
}

function shownRows({ rows, primary }: Result): Row[] {
  const shown = rows.filter((row) => row.errors === 0 && row.role !== 'direct' && figureOf(row, primary) > 0)
  return shown.sort((a, b) => figureOf(a, primary) - figureOf(b, primary))
}

function figureOf({ figures }: Row, key: string): number {
  return figures[key]?.median ?? 0
}
