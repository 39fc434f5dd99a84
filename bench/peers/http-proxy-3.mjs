/** http-proxy-3 with a keep-alive agent: `node http-proxy-3.mjs PORT`. */
import http from 'node:http'
import { createProxyServer } from 'http-proxy-3'

const proxy = createProxyServer({ agent: new http.Agent({ keepAlive: true }) })
proxy.on('error', (_error, _request, response) => response.writeHead?.(502).end() ?? response.destroy())
const server = http.createServer((request, response) => {
  const { origin } = new URL(request.url)
  request.url = request.url.slice(origin.length)
  proxy.web(request, response, { target: origin })
})
server.listen(Number(process.argv[2]), '127.0.0.1')
