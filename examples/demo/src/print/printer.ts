import { wrap } from './wrap.js'

const COLUMNS = 100
const TEXT_COLUMN = 23
const DETAIL_COLUMN = TEXT_COLUMN + 2

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 } as const
type Style = keyof typeof STYLES

export interface Printer {
  /** Above everything, or above the end. */
  title(text: string): void
  /** Opens a scene. */
  scene(title: string, ...paragraphs: readonly string[]): void
  step(number: number, route: string, text: string, details: readonly string[]): void
  /** How a scene ended. */
  outcome(mark: '✓' | '✗', text: string): void
  /** A label and what it says, in two columns. */
  row(label: string, text: string): void
  paragraph(text: string): void
  /** As it is: commands. */
  line(text: string): void
}

/** Writes for people: at most 100 columns, colours only where asked for. */
export function createPrinter(write: (line: string) => void, colours: boolean): Printer {
  const paint = (style: Style, text: string) => (colours && text !== '' ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text)
  const column = (text: string, from: number, style?: Style) =>
    wrap(text, COLUMNS - from).map((line) => (style === undefined ? line : paint(style, line)))
  const block = (label: string, width: number, lines: readonly string[]) => {
    for (const [i, line] of lines.entries()) write(`${i === 0 ? label : ' '.repeat(width)}${line}`.trimEnd())
  }
  const paragraph = (text: string) => block('', 0, column(text, 0))
  return {
    title: (text) => write(`\n${paint('bold', text)}\n${paint('dim', '═'.repeat(text.length))}`),
    scene(title, ...paragraphs) {
      write(`\n${paint('bold', title)}\n${paint('dim', '─'.repeat(title.length))}`)
      for (const text of paragraphs) paragraph(text)
      write('')
    },
    step(number, route, text, details) {
      const label = `${paint('cyan', String(number).padStart(2))}  ${paint('bold', route.padEnd(TEXT_COLUMN - 4))}`
      block(label, TEXT_COLUMN, column(text, TEXT_COLUMN))
      for (const detail of details) {
        block(' '.repeat(DETAIL_COLUMN), DETAIL_COLUMN, column(detail, DETAIL_COLUMN, 'dim'))
      }
    },
    outcome(mark, text) {
      block(` ${paint(mark === '✓' ? 'green' : 'red', mark)}  `, 4, column(text, 4, 'bold'))
    },
    row: (label, text) => block(`  ${label.padEnd(30)}`, 32, column(text, 32)),
    paragraph,
    line: write,
  }
}
