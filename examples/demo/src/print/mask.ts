/** `wJal…(40)`: the first four characters and how many there are. */
export function mask(secret: string): string {
  return `${secret.slice(0, 4)}…(${secret.length})`
}

/** JSON text with its strings masked, but for the members named. */
export function maskJson(json: string, clear: readonly string[]): string {
  const show = (name: string, value: unknown) =>
    typeof value === 'string' && !clear.includes(name) ? mask(value) : value
  const members = Object.entries(JSON.parse(json) as Record<string, unknown>)
  return JSON.stringify(Object.fromEntries(members.map(([name, value]) => [name, show(name, value)])))
}

/** A Cookie header with its values masked. */
export function maskCookies(cookieHeader: string): string {
  return cookieHeader.replaceAll(/=([^;]+)/g, (_, value: string) => `=${mask(value)}`)
}

/** The values of a query masked, but for the parameters named. */
export function maskQuery(target: string, clear: readonly string[]): string {
  return target.replaceAll(/([?&])([^=&]+)=([^&]+)/g, (pair, mark: string, name: string, value: string) =>
    clear.includes(name) ? pair : `${mark}${name}=${mask(value)}`,
  )
}
