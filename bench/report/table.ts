import type { Column, Result, Row } from '../model.js'
import { spreadPercent } from '../statistics.js'

/** A scenario as text: a row a contender, the best first, those with errors last. */
export function formatTable({ title, columns, primary, rows, notes }: Result): string {
  const sorted = [...rows].sort((a, b) => rank(a, primary) - rank(b, primary))
  const shown = columns.filter(({ key }) => rows.some(({ figures }) => figures[key] !== undefined))
  const header = ['', ...shown.map((column) => column.title), 'spread']
  const lines = [header, ...sorted.map((row) => cells(row, shown, primary))]
  const widths = header.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)))
  const text = lines.map((line) =>
    line
      .map((cell, at) => pad(cell, widths[at] ?? 0, at === 0))
      .join('  ')
      .trimEnd(),
  )
  return [title, ...text.map((line) => `  ${line}`), ...notes.map((note) => `  ! ${note}`)].join('\n')
}

function cells(row: Row, columns: readonly Column[], primary: string): string[] {
  const name = row.role === 'ours' ? `▶ ${row.contender}` : `  ${row.contender}`
  if (row.errors > 0) return [name, `void: ${row.errors} errors`]
  const figures = columns.map(({ key, digits = 0 }) => row.figures[key]?.median.toFixed(digits) ?? '–')
  const of = row.figures[primary] ?? row.figures['rate']
  return [name, ...figures, of === undefined ? '–' : `${spreadPercent(of).toFixed(0)} %`]
}

function rank({ figures, errors, role }: Row, primary: string): number {
  if (errors > 0) return Number.MAX_VALUE
  return role === 'direct' ? -1 : (figures[primary]?.median ?? Number.MAX_VALUE)
}

function pad(text: string, width: number, isFirst: boolean): string {
  return isFirst ? text.padEnd(width) : text.padStart(width)
}
