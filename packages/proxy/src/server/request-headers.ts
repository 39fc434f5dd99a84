import type { ReadField } from './fields.js'
import { fieldRule } from './fields.js'

/** A request's header section after its one pass. */
export interface RequestHeaders {
  /** What travels on: everything but Host, the hop-by-hop fields and the fields read below. */
  readonly kept: string[]
  hostCount: number
  host: string
  connection: string | undefined
  contentLength: string | undefined
  transferEncoding: string | undefined
  trailer: string | undefined
  upgrade: string | undefined
  via: string | undefined
  maxForwards: string | undefined
  proxyAuthorization: string | undefined
}

/** Sorts raw headers into what travels and what is read. Nothing is judged here. */
export function sortRequestHeaders(rawHeaders: readonly string[]): RequestHeaders {
  const sorted: RequestHeaders = {
    kept: [],
    hostCount: 0,
    host: '',
    connection: undefined,
    contentLength: undefined,
    transferEncoding: undefined,
    trailer: undefined,
    upgrade: undefined,
    via: undefined,
    maxForwards: undefined,
    proxyAuthorization: undefined,
  }
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const value = rawHeaders[i + 1] as string
    const rule = fieldRule(name)
    if (rule === 'keep') sorted.kept.push(name, value)
    else if (rule !== 'drop') readField(sorted, rule, name, value)
  }
  return sorted
}

function readField(sorted: RequestHeaders, field: ReadField, name: string, value: string): void {
  switch (field) {
    case 'host':
      sorted.hostCount += 1
      sorted.host = value
      return
    case 'connection':
      sorted.connection = joined(sorted.connection, value)
      return
    case 'content-length':
      sorted.contentLength = joined(sorted.contentLength, value)
      return
    case 'transfer-encoding':
      sorted.transferEncoding = joined(sorted.transferEncoding, value)
      return
    case 'trailer':
      sorted.trailer = joined(sorted.trailer, value)
      return
    case 'upgrade':
      sorted.upgrade = joined(sorted.upgrade, value)
      return
    case 'max-forwards':
      sorted.maxForwards = value
      return
    case 'proxy-authorization':
      sorted.proxyAuthorization = joined(sorted.proxyAuthorization, value)
      return
    case 'via':
      sorted.via = joined(sorted.via, value)
      sorted.kept.push(name, value)
      return
    case 'keep-alive':
      return
    default:
      sorted.kept.push(name, value)
  }
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`
}
