import { describe, expect, it } from 'vitest'
import { createLog, type LogLevel } from '../src/log.js'

function record(format: 'text' | 'json', level: LogLevel = 'debug') {
  const lines: string[] = []
  const log = createLog({ format, level, write: (line) => void lines.push(line), now: () => Date.UTC(2026, 0, 1) })
  return { log, lines }
}

/** What a hostile service may put into a realm, an origin or a reason. */
const HOSTILE = 'x\n2026 info login answered\r\u001b[2J\u009b31m\u007f"é'

describe('the log', () => {
  it('writes one line an event', () => {
    const { log, lines } = record('text')
    log.info({ origin: 'https://wiki.example.com', version: 2, absent: undefined }, 'login answered')
    expect(lines).toEqual(['00:00:00 info  login answered origin=https://wiki.example.com version=2\n'])
  })

  it.each(['text', 'json'] as const)('lets no value forge a line or reach the terminal (%s)', (format) => {
    const { log, lines } = record(format)
    log.warn({ reason: HOSTILE }, 'login not made')
    const [line = ''] = lines
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(line.slice(0, -1)).not.toMatch(/[\x00-\x1f\x7f-\x9f]/)
    if (format === 'json') expect(JSON.parse(line)).toMatchObject({ level: 'warn', reason: HOSTILE })
  })

  it('leaves out what is below its level', () => {
    const { log, lines } = record('json', 'warn')
    log.debug({}, 'a')
    log.info({}, 'b')
    log.warn({}, 'c')
    log.error({}, 'd')
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(['c', 'd'])
  })
})
