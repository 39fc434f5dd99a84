/**
 * Whether `text` matches a pattern with IAM's wildcards: `*` for any run of characters, `?` for one. Linear in practice and never
 * exponential, unlike a regular expression built from the pattern.
 */
export function isWildcardMatch(pattern: string, text: string): boolean {
  let at = 0
  let next = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next++
      resume = at
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === text[at])) {
      next++
      at++
    } else if (star >= 0) {
      next = star + 1
      at = ++resume
    } else {
      return false
    }
  }
  while (pattern[next] === '*') next++
  return next === pattern.length
}
