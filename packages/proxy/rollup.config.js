// The command as few CommonJS files: to find, read and link hundreds of modules takes longer than all else at its start (ARCHITECTURE.md).
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import commonjs from '@rollup/plugin-commonjs'
import { transform } from 'esbuild'

const { resolve } = createRequire(import.meta.url)

/** Bundled, so that no folder is searched for them. The AWS SDK stays outside: it is loaded by its first use. */
const INSIDE = {
  commander: resolve('commander'),
  'iam-auth-protocol': fileURLToPath(import.meta.resolve('iam-auth-protocol')),
}

const FOLDER = fileURLToPath(new URL('bundle', import.meta.url))

/**
 * Without comments, and ASCII: what is read and parsed at each start, and a text that is all ASCII is read in half the time. Lines and names
 * stay, for whoever reads a stack trace or the file.
 */
const lean = {
  name: 'lean',
  renderChunk: async (code) => (await transform(code, { charset: 'ascii', legalComments: 'inline' })).code,
}

/** A build that changes nothing writes nothing: somebody may be starting the command just now. */
const onlyChanged = {
  name: 'only-changed',
  generateBundle(_, bundle) {
    for (const [name, { code }] of Object.entries(bundle)) {
      const file = join(FOLDER, name)
      if (existsSync(file) && readFileSync(file, 'utf8') === code) delete bundle[name]
    }
  },
}

/** @type {import('rollup').RollupOptions} */
const config = {
  input: fileURLToPath(new URL('dist/cli.js', import.meta.url)),
  external: (id) => !(id in INSIDE) && /^[@a-z]/.test(id),
  plugins: [
    { name: 'inside', resolveId: (id) => INSIDE[id] ?? null },
    commonjs({ strictRequires: true }),
    lean,
    onlyChanged,
  ],
  output: {
    dir: FOLDER,
    format: 'cjs',
    // `require` finds the SDK's CommonJS files: one for each client, where its ES modules are hundreds.
    dynamicImportInCjs: false,
    // They say of themselves what they export: no copy of their hundreds of names at each `import()`, 0.4 ms of a login.
    interop: (id) => (id?.startsWith('@aws-sdk/') ? 'esModule' : 'default'),
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunk-[name].cjs',
    banner: `/*! Contains commander.\n${readFileSync(new URL('./LICENSE', `file://${INSIDE.commander}`), 'utf8')}*/`,
  },
}

// biome-ignore lint/style/noDefaultExport: Rollup reads its configuration from there.
export default config
