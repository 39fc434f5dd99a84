import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Express } from 'express'

const NAME = 'demo-package'
const WHEEL = 'demo_package-1.0-py3-none-any.whl'

/** Index and file of a Python package whose module `demo_package` has `TEXT`, below `/simple` (PEP 503). */
export function servePythonPackage(app: Express, folder: string, text: string, python: string): void {
  const script = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    info = 'demo_package-1.0.dist-info/'
    wheel.writestr('demo_package.py', 'TEXT = %r' % sys.argv[2])
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: demo-package\\nVersion: 1.0\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', '')`
  const file = join(folder, WHEEL)
  succeed(python, '-c', script, file, text)
  app.get(`/simple/${NAME}/`, (_req, res) => void res.type('html').send(`<a href="/files/${WHEEL}">${WHEEL}</a>`))
  app.get(`/files/${WHEEL}`, (_req, res) => void res.type('application/zip').send(readFileSync(file)))
}

/** A registry below `/npm` with one package, which exports the text. It names its files by its origin. */
export function serveNpmPackage(app: Express, folder: string, text: string, origin?: string): void {
  const manifest = { name: NAME, version: '1.0.0', main: 'index.js' }
  mkdirSync(join(folder, 'package'))
  writeFileSync(join(folder, 'package', 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'package', 'index.js'), `module.exports = ${JSON.stringify(text)}\n`)
  const tarball = join(folder, 'package.tgz')
  succeed('tar', '-czf', tarball, '-C', folder, 'package')
  app.get(`/npm/${NAME}`, (req, res) => {
    const dist = { tarball: `${origin ?? `http://${req.get('host')}`}/npm/${NAME}/-/${NAME}-1.0.0.tgz` }
    res.json({ name: NAME, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': { ...manifest, dist } } })
  })
  app.get(`/npm/${NAME}/-/${NAME}-1.0.0.tgz`, (_req, res) => {
    res.type('application/octet-stream').send(readFileSync(tarball))
  })
}

function succeed(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program}: ${stderr}`)
}
