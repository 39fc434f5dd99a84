/**
 * The name of a member that stands twice in one object of a JSON text, undefined where none does. `JSON.parse` takes the
 * last one, so that a person who reads the text may see another pin than this program.
 *
 * @param text what `JSON.parse` has accepted
 * @param members the names that it found, of all objects together
 */
export function findTwin(text: string, members: readonly string[]): string | undefined {
  // In JSON a string before a colon is a name, and nothing else is. Names are compared as they are without escapes.
  const written = [...text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)].filter(([, , colon]) => colon !== undefined)
  const names = written.map(([, name = '']) => String(JSON.parse(name))).sort()
  const found = [...members].sort()
  return names.find((name, index) => name !== found[index])
}
