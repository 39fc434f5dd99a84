/** JSON, cut short, without passwords of URLs, with nothing in it that a terminal would obey: for what somebody may have written. */
export function quote(value: unknown): string {
  const text = (JSON.stringify(value) ?? 'missing').replaceAll(/\/\/[^/?#"]*@/g, '//…@')
  return (text.length > 100 ? `${text.slice(0, 100)}…` : text).replaceAll(/[\x7f-\x9f]/g, '?')
}
