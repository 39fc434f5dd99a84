/** What a shell's variables shall be; those without a value are taken away. */
export type Assignments = Readonly<Record<string, string | undefined>>

export const SHELLS = ['sh', 'fish', 'powershell'] as const
export type Shell = (typeof SHELLS)[number]

export function isShell(name: string): name is Shell {
  return SHELLS.some((shell) => shell === name)
}

/** A line for each variable, to be run by this shell: whatever is in a value, nothing of it is run. */
export function formatAssignments(assignments: Assignments, shell: Shell): string {
  const { set, unset } = FORMATS[shell]
  return Object.entries(assignments)
    .map(([name, value]) => `${value === undefined ? unset(name) : set(name, value)}\n`)
    .join('')
}

interface Format {
  readonly set: (name: string, value: string) => string
  readonly unset: (name: string) => string
}

const FORMATS: Readonly<Record<Shell, Format>> = {
  sh: {
    set: (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
    unset: (name) => `unset ${name}`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} '${value.replaceAll(/['\\]/g, '\\$&')}'`,
    unset: (name) => `set -e ${name}`,
  },
  powershell: {
    // It takes typographic quotes for plain ones.
    set: (name, value) => `$env:${name} = '${value.replaceAll(/['\u2018-\u201b]/g, '$&$&')}'`,
    unset: (name) => `Remove-Item -ErrorAction Ignore Env:${name}`,
  },
}
