import { lstatSync } from 'node:fs'

/** What files look like from outside: another content, owner or mode makes another text. */
export function stampOf(...paths: readonly string[]): string {
  return paths.map(stampOfFile).join(' ')
}

function stampOfFile(path: string): string {
  try {
    // Most people have one of the files, or none: an error for each look would cost more than all else here.
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? 'ENOENT' : `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}
