import { once } from 'node:events'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { AbsoluteFormAgent } from '../support/absolute-form-agent.js'
import { NOTHING, ONE_LOGIN, tally } from '../support/aws-tally.js'
import { type Bastion, openSsh, startBastion } from '../support/bastion.js'
import { thisFile, thisTest } from '../support/cleanup.js'
import { curl } from '../support/curl.js'
import { installAuthority, makeCertificate, startTlsFront } from '../support/https.js'
import { findProgram, isMissing } from '../support/programs.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startService, type TestService } from '../support/service.js'

const forFile = thisFile()
let aws: LocalAws
let bastion: Bastion
let service: TestService
let proxy: TestProxy
let origin: string

const missing = isMissing(openSsh?.sshd, 'OpenSSH (sshd, ssh, ssh-keygen)') || isMissing(findProgram('curl'), 'curl')

describe.skipIf(missing)('a bastion: ssh -N -D to a real sshd', () => {
  beforeAll(async () => {
    aws = await startLocalAws()
    forFile(aws.close)
    bastion = await startBastion(forFile)
    service = await startService(aws, forFile)
    // A name that only its own end may give a meaning to: the proxy must not look it up.
    origin = `http://localhost:${service.port}`
    proxy = await startProxy(aws, forFile, { args: ['--socks-proxy', bastion.socks, '--trust', origin] })
    const first = await curl(proxy.url, [origin], forFile)
    expect(first).toMatchObject({ status: 200, text: `${aws.state.user('alice').arn}\n` })
  })
  beforeEach(() => aws.resetCalls())

  test('a request is logged in through it, and the upload arrives whole', async () => {
    const other = await startService(aws, thisTest)
    const url = `http://localhost:${other.port}`
    const own = await startProxy(aws, thisTest, { args: ['--socks-proxy', bastion.socks, '--trust', url] })
    expect((await curl(own.url, ['-d', 'whole', `${url}/echo`], thisTest)).text).toContain('"text":"whole"')
    expect(tally(aws)).toMatchObject({ Encrypt: 1, Decrypt: 1 })
  })

  test('a CONNECT tunnel goes through it', async () => {
    const answer = await curl(proxy.url, ['--proxytunnel', `${origin}/public`], thisTest)
    expect(answer.status).toBe(200)
    expect(tally(aws)).toEqual(NOTHING)
  })

  test('an https service is logged in to through it, its TLS ending at the proxy', async () => {
    let port = 0
    const certificate = await makeCertificate(['localhost'], thisTest)
    const front = await startTlsFront(() => port, certificate, thisTest)
    const url = `https://localhost:${front.port}`
    const other = await startService(aws, thisTest, { origin: url })
    port = other.port
    const { configFolder, root } = await installAuthority(['localhost'], thisTest)
    const reached = ['--socks-proxy', bastion.socks, '--upstream-ca', certificate.path]
    const args = [...reached, '--trust', url, '--config-dir', configFolder]
    const own = await startProxy(aws, thisTest, { args })
    const answer = await curl(own.url, ['--cacert', root, '--http2', '-d', 'whole', `${url}/echo`], thisTest)
    expect(answer).toMatchObject({ exitCode: 0, status: 200 })
    expect(answer.text).toContain('"text":"whole"')
    expect(tally(aws)).toMatchObject({ Encrypt: 1, Decrypt: 1 })
  })

  test('a WebSocket is logged in through it', async () => {
    const other = await startService(aws, thisTest)
    const url = `http://localhost:${other.port}`
    const args = ['--socks-proxy', bastion.socks, '--trust', url, '--trust', origin]
    const own = await startProxy(aws, thisTest, { args })
    await curl(own.url, [origin], thisTest)
    aws.resetCalls()
    const socket = new WebSocket(`${url.replace('http:', 'ws:')}/socket`, { agent: new AbsoluteFormAgent(own.port) })
    thisTest(() => socket.terminate())
    expect(String((await once(socket, 'message'))[0])).toBe(`hello ${aws.state.user('alice').arn}`)
    expect(tally(aws)).toEqual(ONE_LOGIN)
  })

  test('what only the bastion’s own machine may reach stays out of reach', async () => {
    const other = await startService(aws, thisTest)
    for (const host of ['localhost', '127.0.0.1', '[::1]', '169.254.169.254', 'metadata.google.internal']) {
      const answer = await curl(proxy.url, [`http://${host}:${other.port}/`], thisTest)
      expect(answer.status, host).toBe(403)
    }
    expect(other.arrived).toEqual([])
  })

  test.each(['no-such-host.invalid:8000'])(
    'what its end cannot reach (%s) is a 502 that names it',
    async (authority) => {
      const answer = await curl(proxy.url, [`http://${authority}/`], thisTest)
      expect(answer.status).toBe(502)
      expect(answer.text).toContain(authority)
      expect(answer.text).toContain('its end may not know the name, or nothing listens there')
    },
  )

  test('switched off, it is named in a 502 for requests and for tunnels', async () => {
    const own = await startBastion(thisTest)
    const through = await startProxy(aws, thisTest, { args: ['--socks-proxy', own.socks, '--trust', origin] })
    expect((await curl(through.url, [origin], thisTest)).status).toBe(200)
    await own.kill()
    const answer = await curl(through.url, [origin], thisTest)
    expect(answer.status).toBe(502)
    expect(answer.text).toContain(`The SOCKS proxy at ${own.socks} does not answer.`)
    const tunnel = await curl(through.url, ['--proxytunnel', origin], thisTest)
    expect(tunnel.exitCode).toBe(56)
    expect(tunnel.statuses).toEqual([502])
  })
})
