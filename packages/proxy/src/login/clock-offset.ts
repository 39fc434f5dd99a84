/** Two clocks, in words: `12 minutes ahead of`, `45 seconds behind`. @param offsetMs ours minus theirs */
export function describeClockOffset(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000)
  const [amount, unit] =
    seconds < 120
      ? [seconds, 'second']
      : seconds < 7200
        ? [Math.round(seconds / 60), 'minute']
        : seconds < 172_800
          ? [Math.round(seconds / 3600), 'hour']
          : [Math.round(seconds / 86_400), 'day']
  return `${amount} ${unit}${amount === 1 ? '' : 's'} ${offsetMs < 0 ? 'behind' : 'ahead of'}`
}

/** What sets a clock right, for each kind of system. */
export const HOW_TO_SET_CLOCK =
  'Set the clock (Linux: `sudo timedatectl set-ntp true`, macOS: `sudo sntp -sS time.apple.com`, Windows: `w32tm /resync`), then try again.'
