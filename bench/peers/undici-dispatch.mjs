/** node:http in, undici's Pool.dispatch out; small answers and downloads only: `node undici-dispatch.mjs PORT`. */
import http from 'node:http'
import { Pool } from 'undici'

const pools = new Map()
const poolOf = (origin) => {
  if (!pools.has(origin)) pools.set(origin, new Pool(origin, { connections: 256, pipelining: 1 }))
  return pools.get(origin)
}
const server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => {
  const end = request.url.indexOf('/', 7)
  const headers = request.rawHeaders.filter((_, at, all) => !/^(proxy-)?connection$/i.test(all[at - (at % 2)]))
  const body = request.headers['content-length'] || request.headers['transfer-encoding'] ? request : null
  poolOf(request.url.slice(0, end)).dispatch(
    { path: request.url.slice(end), method: request.method, headers, body },
    {
      onConnect: (abort) => response.on('close', () => response.writableFinished || abort()),
      onHeaders(status, raw, resume) {
        const texts = raw.map((bytes) => bytes.toString('latin1'))
        response.writeHead(
          status,
          texts.filter((_, at, all) => !/^(connection|keep-alive)$/i.test(all[at - (at % 2)])),
        )
        response.on('drain', resume)
        return true
      },
      onData: (chunk) => response.write(chunk),
      onComplete: () => response.end(),
      onError: () => (response.headersSent ? response.destroy() : response.writeHead(502).end()),
    },
  )
})
server.listen(Number(process.argv[2]), '127.0.0.1')
