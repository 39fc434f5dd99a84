/** node:http on both sides, by hand: hop-by-hop fields filtered, one keep-alive Agent, `pipe` for bodies and tunnels: `node by-hand.mjs PORT [socks:PORT]`. */
import http from 'node:http'
import net from 'node:net'

const [, socksPort] = process.argv[3]?.split('socks:') ?? []
const options = { keepAlive: true, maxFreeSockets: 1024, scheduling: 'lifo' }
const agent = socksPort ? await throughSocks() : new http.Agent(options)
const HOP = new Set(
  'connection keep-alive proxy-connection proxy-authorization proxy-authenticate te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)
const server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => {
  const end = request.url.indexOf('/', 7)
  const [host, port] = request.url.slice(7, end).split(':')
  const headers = endToEnd(request)
  if (request.headers['transfer-encoding']) headers.push('Transfer-Encoding', 'chunked')
  const sent = { agent, host, port, method: request.method, path: request.url.slice(end), headers, setHost: false }
  const upstream = http.request(sent, (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, endToEnd(answer))
    answer.pipe(response)
  })
  upstream.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()))
  response.on('close', () => response.writableFinished || upstream.destroy())
  if (request.headers['content-length'] ?? request.headers['transfer-encoding']) request.pipe(upstream)
  else upstream.end()
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
server.listen(Number(process.argv[2]), '127.0.0.1')

function endToEnd({ rawHeaders, headers }) {
  const named = headers.connection?.toLowerCase().split(/\s*,\s*/) ?? []
  const kept = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at].toLowerCase()
    if (!HOP.has(name) && !named.includes(name)) kept.push(rawHeaders[at], rawHeaders[at + 1])
  }
  return kept
}

/** socks-proxy-agent as it is fastest: without `protocol` it takes a stack trace for every request. */
async function throughSocks() {
  const { SocksProxyAgent } = await import('socks-proxy-agent')
  const agent = new SocksProxyAgent(`socks5h://127.0.0.1:${socksPort}`, options)
  agent.protocol = 'http:'
  return agent
}
