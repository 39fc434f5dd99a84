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

/** Fields that are read and not sent on as they came; several lines of one are one list. */
const READ: Readonly<Partial<Record<ReadField, ReadProperty>>> = {
  connection: 'connection',
  'content-length': 'contentLength',
  'max-forwards': 'maxForwards',
  'proxy-authorization': 'proxyAuthorization',
  trailer: 'trailer',
  'transfer-encoding': 'transferEncoding',
  upgrade: 'upgrade',
  via: 'via',
}
type ReadProperty = Exclude<keyof RequestHeaders, 'kept' | 'host' | 'hostCount'>

function readField(sorted: RequestHeaders, field: ReadField, name: string, value: string): void {
  if (field === 'host') {
    sorted.hostCount += 1
    sorted.host = value
    return
  }
  const property = READ[field]
  if (property) sorted[property] = joined(sorted[property], value)
  if (field === 'via' || (!property && field !== 'keep-alive')) sorted.kept.push(name, value)
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`
}
