import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { findProgram } from '../../test/support/programs.js'
import type { Contender, Missing } from './contender.js'
import { peersFolder } from './node-peers.js'

/** Where Debian puts the sources of Go libraries. */
const GOPATH = '/usr/share/gocode'
const SOURCE = `${peersFolder}goproxy/main.go`
const BINARY = `${peersFolder}dist/goproxy`

/** The library of the original: once as the original uses it, once with idle connections for everybody. */
export const goproxies: readonly Contender[] = [
  ['goproxy, default', 'default'],
  ['goproxy, large pool', '1024'],
].map(([name = '', idle = '']) => ({
  name,
  role: 'peer',
  abilities: ['http', 'connect'],
  missing,
  prepare: ({ port }) => ({ command: [build(), String(port), idle] }),
}))

function missing(): Missing | undefined {
  const packages = ['golang-go', 'golang-github-elazarl-goproxy-dev']
  const isThere = findProgram('go') !== undefined && existsSync(`${GOPATH}/src/github.com/elazarl/goproxy`)
  return isThere ? undefined : { reason: 'Go or the goproxy library is not installed', packages }
}

function build(): string {
  if (existsSync(BINARY) && statSync(BINARY).mtimeMs >= statSync(SOURCE).mtimeMs) return BINARY
  mkdirSync(`${peersFolder}dist`, { recursive: true })
  const env = { ...process.env, GO111MODULE: 'off', GOPATH, GOFLAGS: '', CGO_ENABLED: '0' }
  execFileSync(findProgram('go') ?? 'go', ['build', '-o', BINARY, SOURCE], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return BINARY
}
