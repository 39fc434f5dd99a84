import type { Outcome, TrustStore } from '../tls/stores/store.js'
import { formatCommand } from '../trust/shell.js'

/** What became of one store. */
export interface StoreResult {
  readonly store: TrustStore
  readonly outcome: Outcome
}

type Words = Readonly<Record<'done' | 'unchanged' | 'failed', string>>

/** A line a store, and below it what a person can do where a program could not. */
export function formatResults(results: readonly StoreResult[], words: Words): string {
  const width = Math.max(...Object.values(words).map(({ length }) => length))
  const names = columnWidth(results.map(({ store }) => store))
  return results
    .map(({ store, outcome }) => {
      const line = `  ${words[outcome.kind].padEnd(width)}  ${store.audience.padEnd(names)}  ${store.place}\n`
      if (outcome.kind !== 'failed') return line
      const indent = ' '.repeat(width + 4)
      const commands = outcome.byHand.map((command) => `${indent}  ${command}\n`).join('')
      return `${line}${indent}${outcome.reason}${commands === '' ? '' : '. By hand:'}\n${commands}`
    })
    .join('')
}

/** A line a store. */
export function formatStores(stores: readonly TrustStore[]): string {
  const width = columnWidth(stores)
  return stores.map(({ audience, place }) => `  ${audience.padEnd(width)}  ${place}\n`).join('')
}

/** As wide as the longest audience. */
export function columnWidth(stores: readonly Pick<TrustStore, 'audience'>[]): number {
  return Math.max(0, ...stores.map(({ audience }) => audience.length))
}

/** `a.example.com, b.example.com`. */
export function formatNames(names: readonly string[]): string {
  return names.join(', ')
}

/** Its UTC day: `2028-11-21`. @param ms since 1970 */
export function formatDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** The lines that a shell of this system takes, and the command for Java, which reads no variable. */
export function formatEnvironment(
  variables: Readonly<Record<string, string>>,
  rootPath: string,
  platform: NodeJS.Platform,
): string {
  const assign = ([name, value]: [string, string]) =>
    platform === 'win32'
      ? `  $env:${name} = '${value.replaceAll("'", "''")}'\n`
      : `  export ${name}=${formatCommand(value)}\n`
  const keytool = ['keytool', '-importcert', '-noprompt', '-cacerts', '-storepass', 'changeit']
  return [
    'Programs with roots of their own are told by the environment:\n\n',
    ...Object.entries(variables).sort().map(assign),
    '\nJava has a store of its own (as whoever owns it, most often root):\n\n',
    `  ${formatCommand(...keytool, '-alias', 'iam-auth-proxy', '-file', rootPath)}\n`,
  ].join('')
}
