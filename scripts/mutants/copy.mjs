import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'coverage'])

/** The sources and tests as they are, with the installed packages, and with workspaces that are the copy's own. */
export function createCopy(root, target) {
  const isKept = (path) => {
    const parts = path.slice(root.length).split('/')
    return !parts.some((part) => LEFT_OUT.has(part))
  }
  cpSync(root, target, { recursive: true, filter: isKept })
  mkdirSync(join(target, 'node_modules'))
  const packages = readdirSync(join(root, 'packages'))
  for (const name of packages) symlinkSync(`../packages/${name}`, join(target, 'node_modules', packageName(root, name)))
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('iam-auth-')) symlinkSync(join(root, 'node_modules', name), join(target, 'node_modules', name))
  }
  for (const name of packages) {
    const path = join('packages', name, 'node_modules')
    if (readdirSync(join(root, 'packages', name)).includes('node_modules')) {
      symlinkSync(join(root, path), join(target, path))
    }
  }
  buildNothing(join(target, 'vitest.config.ts'))
  return target
}

/** The tests of mutants run on the sources. */
function buildNothing(config) {
  writeFileSync(config, readFileSync(config, 'utf8').replace(/globalSetup: .*/, ''))
}

function packageName(root, folderName) {
  return JSON.parse(readFileSync(join(root, 'packages', folderName, 'package.json'), 'utf8')).name
}
