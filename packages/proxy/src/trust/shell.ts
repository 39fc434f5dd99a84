/** Words that a shell takes as they are. A host may have `;`, `$` or `'` in it, and a page must not make anybody run that. */
const PLAIN = /^[A-Za-z0-9_@%+:./-]+$/

/** Words as a person can paste them into a shell, whatever is in them. */
export function formatCommand(...words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

/** The command that changes the user's trust file: `iam-auth-proxy trust add https://wiki.example.com --protocol 1`. */
export function formatTrustCommand(verb: 'add' | 'remove', ...words: readonly string[]): string {
  return formatCommand('iam-auth-proxy', 'trust', verb, ...words)
}
