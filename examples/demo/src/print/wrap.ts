/** Lines of at most `width` characters, broken at spaces, and inside longer words (JSON, lists) where they allow it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    for (const [i, piece] of breakWord(word, width).entries()) {
      const gap = i === 0 ? ' ' : ''
      const last = lines.at(-1)
      if (last !== undefined && last.length + gap.length + piece.length <= width) lines.push(lines.pop() + gap + piece)
      else lines.push(piece)
    }
  }
  return lines
}

/** After `,` and `;`; where that is not enough, between a JSON member and its value; then inside ARNs. */
const BREAKS = [/(?<=[,;])/, /(?<=":)/, /(?<=:)/]

function breakWord(word: string, width: number): string[] {
  return BREAKS.reduce(
    (pieces, at) => pieces.flatMap((piece) => (piece.length > width ? piece.split(at) : [piece])),
    [word],
  )
}
