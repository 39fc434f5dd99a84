/** Lines of a table for a terminal: each column as wide as its widest cell, those of `rightColumns` (from 0) with their ends below each other. */
export function alignColumns(lines: readonly (readonly string[])[], rightColumns: readonly number[]): string[] {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)))
  const pad = (cell: string, at: number) =>
    rightColumns.includes(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)
  return lines.map((line) => line.map(pad).join('  ').trimEnd())
}
