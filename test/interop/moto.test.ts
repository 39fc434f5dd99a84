import { spawnSync } from 'node:child_process'
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { startLocalAws } from 'iam-auth-local-aws'
import { describe, expect, test } from 'vitest'
import { thisTest } from '../support/cleanup.js'
import { freePort } from '../support/ports.js'
import { run } from '../support/process.js'
import { findProgram } from '../support/programs.js'
import { startProxy } from '../support/proxy.js'
import { startService } from '../support/service.js'
import { browse } from './original/browser.js'

/** An AWS that we did not write. It checks no signature; but it has opinions of its own about formats: STS writes XML. */

const python = findProgram('python3')
const hasMoto = python !== undefined && spawnSync(python, ['-c', 'import moto.server, flask']).status === 0
if (!hasMoto) console.warn('SKIPPED: moto (python3 -m moto.server) is not installed, so it is not tried as an AWS')

describe.runIf(hasMoto)('with moto as AWS', () => {
  test('an assumed role logs in by version 2', async () => {
    const port = await freePort()
    const moto = run(python ?? '', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {}, thisTest)
    await moto.says(/Running on/, 30_000)
    const endpoint = `http://127.0.0.1:${port}`
    const settings = { region: 'eu-west-1', endpoint, credentials: { accessKeyId: 'AKIAX', secretAccessKey: 'x' } }
    const { KeyMetadata } = await new KMSClient(settings).send(new CreateKeyCommand({}))
    // Never called: it lends the harness its shape.
    const aws = await startLocalAws({ region: 'eu-west-1' })
    thisTest(aws.close)
    const service = await startService(aws, thisTest, {
      kmsKeyId: KeyMetadata?.Arn,
      endpoints: { kms: endpoint, sts: endpoint },
    })
    const proxy = await startProxy(aws, thisTest, {
      args: ['--allow-loopback', '--assume-role-arn', 'arn:aws:iam::123456789012:role/developer'],
      env: { AWS_ENDPOINT_URL: endpoint },
    })
    const [answer] = await browse(`${service.url}/`, { proxyPort: proxy.port })
    expect(answer).toMatchObject({
      status: 200,
      body: 'arn:aws:sts::123456789012:assumed-role/developer/iam-auth-proxy\n',
    })
    expect(aws.calls()).toEqual([])
  })
})
