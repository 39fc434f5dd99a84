import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatCommand, formatTrustCommand } from '../../src/trust/shell.js'

it('quotes nothing that needs no quotes', () => {
  expect(formatTrustCommand('add', 'https://wiki.example.com:8443', '--protocol', '1')).toBe(
    'iam-auth-proxy trust add https://wiki.example.com:8443 --protocol 1',
  )
})

it('a host with a command in it runs nothing: hosts may have $, ;, & and quotes', () => {
  const { origin } = new URL("http://a;touch$ifs'`x`'&b.evil.com")
  expect(execFileSync('sh', ['-c', `printf %s ${formatCommand(origin)}`], { encoding: 'utf8' })).toBe(origin)
})

it('a shell gives back the words as they were, whatever they are', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary-ascii' }).map((text) => text.replaceAll('\0', ''))), (words) => {
      const command = `for word in ${formatCommand(...words)}; do printf '%s\\0' "$word"; done`
      const printed = execFileSync('sh', ['-c', command], { encoding: 'utf8' })
      expect(printed).toBe(words.map((word) => `${word}\0`).join(''))
    }),
    { numRuns: 50 },
  )
})
