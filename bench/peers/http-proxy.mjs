/** http-proxy 1.18.1, as its manual has a forward proxy: `node http-proxy.mjs PORT [keep-alive | socks:PORT]`. */
import http from 'node:http'
import net from 'node:net'
import httpProxy from 'http-proxy'

const [port, way] = process.argv.slice(2)
const agent = way ? { agent: way === 'keep-alive' ? new http.Agent({ keepAlive: true }) : await throughSocks() } : {}
const proxy = httpProxy.createProxyServer({ ...agent, toProxy: false })
proxy.on('error', (_error, _request, response) => response.writeHead?.(502).end() ?? response.destroy())
const server = http.createServer((request, response) => {
  const { origin } = new URL(request.url)
  request.url = request.url.slice(origin.length)
  proxy.web(request, response, { target: origin })
})
server.on('upgrade', (request, socket, head) => {
  const { origin } = new URL(request.url)
  request.url = request.url.slice(origin.length)
  proxy.ws(request, socket, head, { target: origin })
})
server.on('connect', (request, client, head) => {
  const [host, to] = request.url.split(':')
  const service = net.connect(Number(to), host, () => {
    client.write('HTTP/1.1 200 OK\r\n\r\n')
    service.write(head)
    service.pipe(client).pipe(service)
  })
  client.on('error', () => service.destroy())
  service.on('error', () => client.destroy())
})
server.listen(Number(port), '127.0.0.1')

async function throughSocks() {
  const { SocksProxyAgent } = await import('socks-proxy-agent')
  return new SocksProxyAgent(`socks5h://127.0.0.1:${way.slice('socks:'.length)}`, { keepAlive: true })
}
