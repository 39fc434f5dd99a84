import { headerValues } from 'iam-auth-protocol'
import type { ClientMessage } from '../server/client-message.js'
import { type Authority, parseAuthority } from '../server/target.js'
import { rewriteAnswer } from './answer-fields.js'
import type { Coming } from './neighbours.js'
import { rewriteRequest } from './request-fields.js'

/** A site that people reach through a gateway, and the name they do it by. */
export interface GatewaySite {
  readonly site: Authority
  /** One DNS label, below `localhost`. */
  readonly name: string
}

/** Where a site stands for browsers, beside where it stands in truth. */
export interface Place {
  readonly site: Authority
  /** As in the Host header: `wiki.localhost:8443`. */
  readonly host: string
  /** `http://wiki.localhost:8443` */
  readonly origin: string
}

/** One site of a gateway that listens. Header lists are flat; none is changed in place. */
export interface Front extends Place {
  /** The headers of a browser's request as they would be had it been made at the site's own address. */
  toSite(request: Coming): string[]
  /** The headers of an answer as they would be did the site live at the gateway's address. */
  toBrowser(rawHeaders: readonly string[]): string[]
}

/** The fronts of all sites, once the port is known: each knows of the others, since they link to each other. */
export function createFronts(sites: readonly GatewaySite[], port: number): Front[] {
  const places = sites.map(({ site, name }) => placeOf(site, name, port))
  return places.map((place) => ({
    ...place,
    toSite: (request) => rewriteRequest(request, place, places),
    toBrowser: (rawHeaders) => rewriteAnswer(rawHeaders, place, places),
  }))
}

/**
 * The front a request is for: told by its one Host, name and port, since any other name that leads here is somebody else's
 * (DNS rebinding). Nothing for what asks for a whole URL, as one would ask a proxy.
 */
export function frontFor(fronts: readonly Front[], { url = '', rawHeaders }: ClientMessage): Front | undefined {
  const [host, ...others] = headerValues(rawHeaders, 'host')
  if (host === undefined || others.length > 0 || !url.startsWith('/')) return undefined
  return fronts.find((front) => front.host === host.toLowerCase())
}

function placeOf(site: Authority, name: string, port: number): Place {
  const own = parseAuthority('http', `${name}.localhost:${port}`)
  if (!own) throw new TypeError(`${name} is no name`)
  return { site, host: own.hostHeader, origin: own.origin }
}
