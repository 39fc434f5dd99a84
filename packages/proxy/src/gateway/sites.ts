import { isIP } from 'node:net'
import { ConfigError } from '../config/config.js'
import { inAscii } from '../server/ascii-host.js'
import { type Authority, parseTarget } from '../server/target.js'
import type { GatewaySite } from './front.js'

/** A site, and whether its name is what a person typed. */
export interface NamedSite extends GatewaySite {
  readonly isChosen: boolean
}

interface Wanted {
  readonly site: Authority
  readonly name: string | undefined
}

/**
 * The sites that the command line names, as `https://wiki.example.com` or `https://wiki.example.com=name`, each with a name of
 * its own. A name does not depend on the order: cookies of one site must not meet another under it.
 *
 * @param name of the one site, from `--name`
 * @throws ConfigError with all problems at once
 */
export function parseSites(texts: readonly string[], name?: string): NamedSite[] {
  const problems: string[] = []
  const wanted = texts.flatMap((text) => {
    try {
      return [parseSite(text, name)]
    } catch (error) {
      problems.push(`${text}: ${(error as Error).message}`)
      return []
    }
  })
  if (name !== undefined && texts.length > 1)
    problems.push('--name is for one site: write https://wiki.example.com=name where there are several')
  const sites = withNames(wanted)
  problems.push(...twice(sites.map(({ site }) => site.origin)).map((origin) => `${origin} stands twice`))
  problems.push(
    ...twice(sites.map((site) => site.name)).map((own) => `two sites are named ${own}: give one another, as URL=name`),
  )
  if (problems.length > 0) throw new ConfigError([...new Set(problems)])
  return sites
}

/** RFC 1035 §2.3.1, lower case. */
export const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

function parseSite(text: string, given: string | undefined): Wanted {
  const [, url = '', own] = /^([^=]*)(?:=(.*))?$/.exec(text) ?? []
  const name = own ?? given
  if (!/^https?:\/\//i.test(url)) throw new TypeError('write it as https://wiki.example.com')
  const { authority: site, path } = parseTarget(url.replace(/(?<=:\/\/).*/s, inAscii))
  if (path !== '/') throw new TypeError(`write it without a path: ${site.origin}`)
  if (name !== undefined && !LABEL.test(name))
    throw new TypeError('a name has small letters, digits and hyphens: wiki, wiki-2')
  return { site, name }
}

/** The first label; the whole host where two would be the same. */
function withNames(wanted: readonly Wanted[]): NamedSite[] {
  const short = wanted.map(({ site, name }) => name ?? shortName(site))
  const repeated = twice(short)
  return wanted.map(({ site, name }, index) => {
    const own = short[index] as string
    return { site, name: name ?? (repeated.includes(own) ? longName(site) : own), isChosen: name !== undefined }
  })
}

function shortName({ host }: Authority): string {
  return toLabel(isIP(host) === 0 ? (host.split('.')[0] ?? '') : host)
}

/** The whole host as one label, with what is not the default before and after it. */
export function longName({ scheme, host, port }: Authority): string {
  const isDefault = port === (scheme === 'https' ? 443 : 80)
  return toLabel(`${scheme === 'https' ? '' : 'http-'}${host}${isDefault ? '' : `-${port}`}`)
}

function toLabel(text: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
  return label.replaceAll(/^-+|-+$/g, '') || 'site'
}

function twice(texts: readonly string[]): string[] {
  return [...new Set(texts.filter((text, index) => texts.indexOf(text) !== index))]
}
