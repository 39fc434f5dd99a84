import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Express, Response } from 'express'
import type { IamAuthRequest } from 'iam-auth-server-middleware'

declare module 'express-serve-static-core' {
  interface Request extends Pick<IamAuthRequest, 'iam'> {}
}

/** What the application behind the login saw, and the streams it holds open. */
export interface Application {
  /** Requests that reached a route, as `GET /path`. */
  readonly seen: string[]
  /** Writes to every open stream of `/events` and `/slow`. */
  emit(text: string): void
  streams(): number
  closeStreams(): void
}

/** How much of a body `/echo` says again; of the rest its size and hash tell enough. */
const KEPT_TEXT = 4096

/** Text that a range can be asked of. */
export const RANGE_TEXT = '0123456789abcdefghijklmnopqrstuvwxyz'

/** The routes that the tests talk to. */
export function addRoutes(app: Express): Application {
  const seen: string[] = []
  const open = new Set<Response>()
  app.disable('x-powered-by')
  app.get('/favicon.ico', (_req, res) => void res.status(204).end())
  app.use((req, _res, next) => {
    seen.push(`${req.method} ${req.originalUrl}`)
    next()
  })
  app.get('/', (req, res) => void res.type('text/plain').send(`${req.iam?.arn}\n`))
  app.get('/page', (req, res) => void res.type('html').send(page(req.iam?.arn ?? 'nobody')))
  app.get('/public', (_req, res) => void res.type('html').send(page('nobody yet')))
  app.get('/api/me', (req, res) => void res.json({ arn: req.iam?.arn }))
  app.all('/echo', async (req, res) => void res.json(await describe(req)))
  app.delete('/things/1', (_req, res) => void res.status(204).end())
  app.get('/range', (_req, res) => sendRange(res))
  app.get('/compressed', (_req, res) => {
    res.set({ 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' }).end(gzipSync('it was compressed\n'))
  })
  app.options('/api/me', (req, res) => {
    res.set({ 'Access-Control-Allow-Origin': req.get('origin') ?? '', 'Access-Control-Allow-Headers': 'x-test' })
    res.status(204).end()
  })
  app.get(['/events', '/slow'], (req, res) => {
    res.type(req.path === '/events' ? 'text/event-stream' : 'text/plain').write(req.path === '/events' ? ':\n\n' : '.')
    open.add(res)
    res.on('close', () => open.delete(res))
  })
  return {
    seen,
    emit: (text) => open.forEach((res) => void res.write(text)),
    streams: () => open.size,
    closeStreams: () => open.forEach((res) => void res.end()),
  }
}

async function describe(req: IncomingMessage & { iam?: { arn: string } }): Promise<object> {
  const hash = createHash('sha256')
  let size = 0
  let text = ''
  for await (const chunk of req as AsyncIterable<Buffer>) {
    hash.update(chunk)
    size += chunk.length
    text += chunk.toString('latin1').slice(0, KEPT_TEXT - text.length)
  }
  const { method, headers } = req
  return { arn: req.iam?.arn, method, headers, size, sha256: hash.digest('hex'), text }
}

function sendRange(res: Response): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(res.req.get('range') ?? '') ?? []
  if (from === undefined) return void res.send(RANGE_TEXT)
  const part = RANGE_TEXT.slice(Number(from), Number(to) + 1)
  res.status(206).set('Content-Range', `bytes ${from}-${to}/${RANGE_TEXT.length}`).type('text/plain').send(part)
}

/** A page with something of each kind that a page does. */
function page(who: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>Wiki</title>
<h1>${who}</h1><output id="result"></output>
<form id="urlencoded" method="post" action="/echo"><input name="note" value="é &amp; more"></form>
<form id="multipart" method="post" action="/echo" enctype="multipart/form-data">
<input name="note" value="whole"><input name="file" type="file"></form>
<form id="logout" method="post" action="/auth/logout"></form>
<script>
const show = (text) => { document.querySelector('output').textContent = text }
const callApi = (path = '/api/me', init) =>
  fetch(path, init).then((r) => r.json()).then((json) => show(JSON.stringify(json)), (e) => show('failed ' + e.name))
const openWebSocket = () => {
  const socket = new WebSocket(location.protocol.replace('http', 'ws') + '//' + location.host + '/socket')
  socket.onmessage = (event) => show(event.data)
  socket.onerror = () => show('failed')
}
</script></html>`
}
