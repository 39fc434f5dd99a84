/** httpxy with a keep-alive agent: `node httpxy.mjs PORT`. */
import http from 'node:http'
import { createProxyServer } from 'httpxy'

const proxy = createProxyServer({ agent: new http.Agent({ keepAlive: true }) })
const server = http.createServer((request, response) => {
  const { origin } = new URL(request.url)
  request.url = request.url.slice(origin.length)
  proxy.web(request, response, { target: origin }).catch(() => response.writeHead(502).end())
})
server.listen(Number(process.argv[2]), '127.0.0.1')
