import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { parseHop } from '../../src/config/hop-url.js'
import { EVERY_HOST } from '../../src/upstream/host-pattern.js'
import { startHttpProxy } from '../upstream/http-proxy-server.js'
import { connectRaw, requestBytes, startProxy, startRawOrigin, waitFor } from './rig.js'

/** A service that knows people by their connection, as IIS does: NTLM in three steps, then nothing more is said. */
async function startNtlmService() {
  const users = new Map<Socket, string>()
  const origin = await startRawOrigin((socket, head) => {
    const [, token = ''] = /^authorization: (?:ntlm|negotiate) (\S+)/im.exec(head) ?? []
    if (token.startsWith('type1')) users.set(socket, 'asked')
    const isAnswer = token.startsWith('type3-') && users.get(socket) === 'asked'
    if (isAnswer) users.set(socket, token.slice('type3-'.length))
    const user = users.get(socket) ?? 'nobody'
    if (user !== 'nobody' && user !== 'asked') return respond(socket, '200 OK', [], `<${user}>`)
    const challenge = token.startsWith('type1') ? 'NTLM type2' : 'NTLM'
    return respond(
      socket,
      '401 Unauthorized',
      [`WWW-Authenticate: ${challenge}`, 'WWW-Authenticate: Basic realm="a, b"'],
      '<nobody>',
    )
  })
  return origin
}

function respond(socket: Socket, status: string, lines: readonly string[], body: string): void {
  socket.write([`HTTP/1.1 ${status}`, ...lines, `Content-Length: ${body.length}`, '', body].join('\r\n'))
}

type Client = ReturnType<typeof connectRaw>

/** One request on this client's connection, and its whole answer. */
async function ask(client: Client, url: string, lines: readonly string[] = []): Promise<string> {
  const before = client.text().length
  client.write(requestBytes(url, lines))
  return waitFor(() => (/>$/.test(client.text().slice(before)) ? client.text().slice(before) : undefined))
}

async function logIn(client: Client, url: string, user: string, scheme = 'NTLM'): Promise<string> {
  await ask(client, url)
  await ask(client, url, [`Authorization: ${scheme} type1`])
  return ask(client, url, [`Authorization: ${scheme} type3-${user}`])
}

test.each(['NTLM', 'Negotiate', 'ntlm'])('%s works, and is for the client that logged in alone', async (scheme) => {
  const service = await startNtlmService()
  const proxy = await startProxy()
  const url = `${service.url}/`
  const [alice, bob] = [connectRaw(proxy.port), connectRaw(proxy.port)]
  expect(await logIn(alice, url, 'alice', scheme)).toContain('<alice>')
  expect(await ask(alice, url)).toContain('<alice>')
  for (let i = 0; i < 3; i++) expect(await ask(bob, url)).toContain('<nobody>')
  expect(await logIn(bob, url, 'bob', scheme)).toContain('<bob>')
  expect(await ask(alice, url)).toContain('<alice>')
})

test('the connection ends with the client’s', async () => {
  const service = await startNtlmService()
  const proxy = await startProxy()
  const alice = connectRaw(proxy.port)
  await logIn(alice, `${service.url}/`, 'alice')
  const before = service.open.size
  alice.socket.destroy()
  await waitFor(() => service.open.size === before - 1)
  expect(await ask(connectRaw(proxy.port), `${service.url}/`)).toContain('<nobody>')
})

test('through another proxy it is a tunnel, whose ends are the client’s, too', async () => {
  const service = await startNtlmService()
  const next = await startHttpProxy({ resolve: () => '127.0.0.1' })
  const routes = [{ hosts: EVERY_HOST, via: parseHop(`http://${next.host}`) }]
  const proxy = await startProxy({ upstream: { routes } })
  const url = `http://wiki.example:${service.port}/`
  expect(await logIn(connectRaw(proxy.port), url, 'alice')).toContain('<alice>')
  expect(await ask(connectRaw(proxy.port), url)).toContain('<nobody>')
  expect(next.asked.filter((line) => line.startsWith('CONNECT'))).toHaveLength(1)
})

test('challenges of other schemes reach the client as they are', async () => {
  const service = await startNtlmService()
  const proxy = await startProxy()
  const answer = await ask(connectRaw(proxy.port), `${service.url}/`)
  expect(answer).toContain('\r\nWWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic realm="a, b"\r\n')
})
