import { createOwnPages } from '../../src/own/own-pages.js'
import type { OwnRequest, OwnRoute } from '../../src/own/route.js'
import type { ProxyServerDeps } from '../../src/server/proxy-server.js'
import { noLog, sendRaw, startProxy } from '../server/rig.js'

/** What the routes of the test were asked. */
interface Asked {
  readonly path: string
  readonly request: OwnRequest
}

type Options = Partial<Pick<ProxyServerDeps, 'proxyAuth' | 'log'>> & { readonly routes?: readonly OwnRoute[] }

/** A proxy with a page of every kind. */
export async function startWithPages({ routes = [], ...deps }: Options = {}) {
  const asked: Asked[] = []
  const page = (route: Pick<OwnRoute, 'method' | 'path'> & Partial<OwnRoute>): OwnRoute => ({
    answer: (request) => {
      asked.push({ path: route.path, request })
      return { status: 200, contentType: 'text/plain', body: `this is ${route.path}\n` }
    },
    ...route,
  })
  const ownPages = createOwnPages({
    routes: [
      page({ method: 'GET', path: '/', mayBeLinked: true }),
      page({ method: 'GET', path: '/data' }),
      page({ method: 'GET', path: '/public', isPublic: true }),
      page({ method: 'POST', path: '/act' }),
      ...routes,
    ],
    log: deps.log ?? noLog,
  })
  const proxy = await startProxy({ ...deps, ownPages, allowLoopback: false })
  const own = `127.0.0.1:${proxy.port}`
  const send = (bytes: string) => sendRaw(proxy.port, bytes)
  return {
    ...proxy,
    asked,
    own,
    send,
    get: (path: string, lines: readonly string[] = [], host = own) => send(message('GET', path, host, lines)),
    post: (path: string, form: string, lines: readonly string[] = [], host = own) =>
      send(message('POST', path, host, [...FORM, `Content-Length: ${form.length}`, ...lines], form)),
  }
}

const FORM = ['Content-Type: application/x-www-form-urlencoded']

export function message(method: string, path: string, host: string, lines: readonly string[], body = ''): string {
  return [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines, '', body].join('\r\n')
}

export const statusOf = (answer: string) => Number(answer.slice(9, 12))
