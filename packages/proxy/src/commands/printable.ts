/** Text for a terminal, which obeys what it is told: services and files have a say in some of it. */
export function printable(text: string): string {
  return text.replaceAll(/[^\n\x20-\x7e\xa0-\uffff]/g, '?')
}
