import net from 'node:net'
import { expect, test } from 'vitest'
import { connectRaw, listenAsOrigin, requestBytes, startOrigin, startProxy, waitFor } from './rig.js'

test('requests in flight end, idle connections close, new ones are refused', async () => {
  let finish = () => {}
  const origin = await startOrigin((_, response) => {
    response.write('begun ')
    finish = () => void response.end('finished')
  })
  const proxy = await startProxy({ limits: { closeGraceMs: 5000 } })
  const idle = connectRaw(proxy.port)
  const busy = connectRaw(proxy.port)
  busy.write(requestBytes(`${origin.url}/`))
  await busy.until(/begun/)
  const closed = proxy.server.close()
  await idle.ended
  const late = net.connect(proxy.port, '127.0.0.1')
  await new Promise((resolve) => late.on('error', resolve))
  finish()
  await closed
  expect(await busy.until(/finished/)).toMatch(/^HTTP\/1.1 200 /)
  await waitFor(() => origin.open.size === 0)
})

test('what is not done within the grace period is cut off', async () => {
  const origin = await startOrigin(() => {})
  const proxy = await startProxy({ limits: { closeGraceMs: 50 } })
  const client = connectRaw(proxy.port)
  client.write(requestBytes(`${origin.url}/`))
  await waitFor(() => origin.open.size === 1)
  await proxy.server.close()
  await client.ended
  await waitFor(() => origin.open.size === 0)
})

test('tunnels end, and are cut off if they do not', async () => {
  const sockets: net.Socket[] = []
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket.resume())
    socket.on('error', () => {})
  })
  const origin = await listenAsOrigin(server)
  const proxy = await startProxy({ limits: { closeGraceMs: 50 } })
  const client = connectRaw(proxy.port)
  client.write(`CONNECT ${origin.host} HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  await client.until(/established/)
  await proxy.server.close()
  await client.ended
  await waitFor(() => sockets[0]?.readableEnded)
})

test('closing twice is closing once', async () => {
  const proxy = await startProxy()
  await Promise.all([proxy.server.close(), proxy.server.close()])
})

test('an address in use is an error of listen, and the proxy may listen elsewhere', async () => {
  const { port } = await startProxy()
  const other = await startProxy()
  await expect(other.server.listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  const { address } = await other.server.listen('127.0.0.1', 0)
  expect(address.port).toBeGreaterThan(0)
})
