import { writeFileSync } from 'node:fs'

/**
 * A core file would hold every secret in memory, and lie around in whichever folder the proxy was started. On Linux a process
 * may leave its memory out of it (core(5)); elsewhere core files are off unless somebody turns them on.
 */
export function keepMemoryOutOfCoreFiles(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0')
  } catch {
    // no Linux, or a /proc that cannot be written to
  }
}

/** Everybody on the machine sees the arguments of a process. Those that hold a secret are there for as long as it takes to start. */
export function hideArguments(args: readonly string[]): void {
  const holdSecret = args.some((arg) => arg.startsWith('--mfa-token-code') || /(?:^[^/]*|\/\/)[^/]*:[^/]*@/.test(arg))
  if (holdSecret) process.title = 'iam-auth-proxy'
}
