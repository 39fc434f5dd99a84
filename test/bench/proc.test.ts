import { describe, expect, it } from 'vitest'
import { cpuSeconds, memoryMb, parseStat, parseStatusKb, peakMemoryMb, stealSeconds } from '../../bench/machine/proc.js'

describe('what the kernel says of processes', () => {
  it('is read past a name with spaces and parentheses', () => {
    const line = '42 (a) R (b c) S 7 42 42 0 -1 4194304 100 0 0 0 150 50 20 5 20 0 11 0 12345 1 1'
    expect(parseStat(line)).toEqual({ parent: 7, ticks: 225 })
  })

  it('is refused where it is something else', () => {
    expect(() => parseStat('')).toThrow('no line of /proc/PID/stat')
  })

  it('gives a field of the status in kB, and 0 where there is none', () => {
    expect(parseStatusKb('VmPeak:\t  9 kB\nVmHWM:\t   1234 kB\nVmRSS:\t 99 kB\n', 'VmHWM')).toBe(1234)
    expect(parseStatusKb('Name:\tkthreadd\n', 'VmHWM')).toBe(0)
  })

  it('gives the time that other guests of the host took', () => {
    const text = 'cpu  100 0 200 600 0 0 0 100 50 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n'
    expect(stealSeconds(text)).toEqual({ steal: 1, all: 10 })
  })

  it.runIf(process.platform === 'linux')('counts this process', () => {
    const before = cpuSeconds(process.pid)
    const start = performance.now()
    while (performance.now() - start < 200);
    expect(cpuSeconds(process.pid)).toBeGreaterThan(before)
    expect(peakMemoryMb(process.pid)).toBeGreaterThanOrEqual(memoryMb(process.pid) * 0.9)
  })
})
