import type { Column, Result, Row } from '../model.js'
import { formatRatio, spreadPercent } from '../statistics.js'
import { alignColumns } from './align-columns.js'

/** A scenario as text: a row a contender, the best first, those with errors last; `of ours` is each one's part of our figure. */
export function formatTable({ title, columns, primary, rows, notes }: Result): string {
  const sorted = [...rows].sort((a, b) => rank(a, primary) - rank(b, primary))
  const shown = columns.filter(({ key }) => rows.some(({ figures }) => figures[key] !== undefined))
  const ours = rows.find(({ role, errors }) => role === 'ours' && errors === 0)?.figures[primary]?.median
  const header = ['', ...shown.map((column) => column.title), 'of ours', 'spread']
  const lines = [header, ...sorted.map((row) => cells(row, shown, primary, ours))]
  const text = alignColumns(lines, [...header.keys()].slice(1))
  return [title, ...text.map((line) => `  ${line}`), ...notes.map((note) => `  ! ${note}`)].join('\n')
}

function cells(row: Row, columns: readonly Column[], primary: string, ours: number | undefined): string[] {
  const name = row.role === 'ours' ? `▶ ${row.contender}` : `  ${row.contender}`
  if (row.errors > 0) return [name, `void: ${row.errors} errors`]
  const figures = columns.map(({ key, digits = 0 }) => row.figures[key]?.median.toFixed(digits) ?? '–')
  const of = row.figures[primary] ?? row.figures['rate']
  return [name, ...figures, ratioCell(row, primary, ours), of === undefined ? '–' : `${spreadPercent(of).toFixed(0)} %`]
}

function ratioCell({ role, figures }: Row, primary: string, ours: number | undefined): string {
  const own = figures[primary]?.median
  return role === 'ours' || own === undefined || ours === undefined ? '' : formatRatio(own / ours)
}

function rank({ figures, errors, role }: Row, primary: string): number {
  if (errors > 0) return Number.MAX_VALUE
  return role === 'direct' ? -1 : (figures[primary]?.median ?? Number.MAX_VALUE)
}
