import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ: the kernel's ABI has 100 ticks a second on every architecture Node runs on (getconf CLK_TCK). */
const TICKS_PER_SECOND = 100

/** One line of /proc/PID/stat, as far as it is used here. See proc_pid_stat(5). */
interface ProcessStat {
  readonly parent: number
  /** User and system time of the process with all its threads, and of its children that have ended. */
  readonly ticks: number
}

/** Seconds of processor time that this process, its threads and its children (living and ended) have used so far. */
export function cpuSeconds(pid: number): number {
  const all = readProcesses()
  let ticks = 0
  for (const member of family(pid, all)) ticks += all.get(member)?.ticks ?? 0
  return ticks / TICKS_PER_SECOND
}

/** The highest resident memory of the process and its living children so far, in MB (VmHWM: each one's own peak). */
export function peakMemoryMb(pid: number): number {
  return memoryOf(pid, 'VmHWM')
}

/** The resident memory of the process and its living children now, in MB. */
export function memoryMb(pid: number): number {
  return memoryOf(pid, 'VmRSS')
}

/** Seconds that other guests of the host took from this machine (`steal`), and all seconds of all cores, since it started. */
export function stealSeconds(text: string = readFileSync('/proc/stat', 'latin1')): { steal: number; all: number } {
  const fields = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').map(Number)
  // The last two (guest, guest_nice) are in user and nice already.
  const all = fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0)
  return { steal: (fields[7] ?? 0) / TICKS_PER_SECOND, all: all / TICKS_PER_SECOND }
}

/** Throws TypeError for what is no such line. The name, in parentheses, may hold spaces and parentheses. */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const [, parent] = fields
  if (parent === undefined || !/^\d+$/.test(parent)) throw new TypeError('no line of /proc/PID/stat')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { parent: Number(parent), ticks }
}

/** A field of /proc/PID/status in kB; 0 where it has none. */
export function parseStatusKb(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
}

function memoryOf(pid: number, field: string): number {
  let kb = 0
  for (const member of family(pid, readProcesses())) kb += parseStatusKb(readOf(member, 'status'), field)
  return kb / 1024
}

function readProcesses(): Map<number, ProcessStat> {
  const all = new Map<number, ProcessStat>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const line = readOf(Number(name), 'stat')
    if (line !== '') all.set(Number(name), parseStat(line))
  }
  return all
}

/** A process may end between the listing and the reading. */
function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

function family(pid: number, all: ReadonlyMap<number, ProcessStat>): number[] {
  const children = [...all].filter(([, { parent }]) => parent === pid)
  return [pid, ...children.flatMap(([child]) => family(child, all))]
}
