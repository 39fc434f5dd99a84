import { lstatSync } from 'node:fs'

/** What files look like from outside: another content, owner or mode makes another text. */
export function stampOf(...paths: readonly string[]): string {
  return paths.map(stampOfFile).join(' ')
}

function stampOfFile(path: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true })
    return `${ino}:${size}:${mtimeNs}:${ctimeNs}`
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}
