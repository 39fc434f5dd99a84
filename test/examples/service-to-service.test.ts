/** examples/service-to-service, as its README says. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from 'iam-auth-local-aws'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { NOTHING, tally } from '../support/aws-tally.js'
import { type Keeper, thisFile, thisTest } from '../support/cleanup.js'
import { run } from '../support/process.js'
import { type Credentials, cleanEnvironment, keysOf, repositoryRoot } from '../support/proxy.js'
import { makeDirectory } from '../support/temporary-directory.js'

const forFile = thisFile()
let aws: LocalAws
let orders: string

beforeAll(async () => {
  aws = await startLocalAws()
  forFile(aws.close)
  const settings = {
    ...cleanEnvironment(aws, keysOf(aws, 'server')),
    AWS_ACCOUNT_ID: aws.state.account().id,
    KMS_KEY_ID: aws.state.key().arn,
    SECRET_KEY: 'a secret of these tests, of no use elsewhere'.replaceAll(/[ ,]/g, '-'),
    ORDERS_FOR: aws.state.role('developer').arn,
  }
  orders = (await start('orders.js', settings, forFile)).url
})
beforeEach(() => aws.resetCalls())

describe('examples/service-to-service', () => {
  it('lets the shop in with its role, once for all its calls', async () => {
    const shop = await start('shop.js', { ...(await environmentOfRole()), ORDERS_URL: orders }, thisTest)
    const bought = await Promise.all(
      ['tea', 'milk'].map((item) => fetch(`${shop.url}/buy/${item}`, { method: 'POST' })),
    )
    const by = `arn:aws:sts::${aws.state.account().id}:assumed-role/developer/shop`
    expect(bought.map(({ status }) => status)).toEqual([201, 201])
    expect(await bought[0]?.json()).toEqual({ item: 'tea', by })
    expect(tally(aws)).toEqual({ AssumeRole: 1, Decrypt: 1, Encrypt: 1, GetCallerIdentity: 2 })
    aws.resetCalls()
    const list = await (await fetch(shop.url)).json()
    expect(list).toHaveLength(2)
    expect(list).toContainEqual({ item: 'milk', by })
    expect(tally(aws)).toEqual(NOTHING)
  })

  it('lets nobody else in, and the shop says why in its own log alone', async () => {
    const shop = await start('shop.js', { ...environmentOf(keysOf(aws, 'alice')), ORDERS_URL: orders }, thisTest)
    const answer = await fetch(shop.url)
    expect([answer.status, await answer.json()]).toEqual([502, { error: 'the orders cannot be reached' }])
    expect(shop.stderr()).toMatch(/ERR_IAM_SERVICE_REFUSED: .*user\/alice/)
  })
})

function environmentOf(credentials: Credentials): NodeJS.ProcessEnv {
  return cleanEnvironment(aws, credentials)
}

/** As on AWS, where the machine has a role: here by a profile that assumes it. */
async function environmentOfRole(): Promise<NodeJS.ProcessEnv> {
  const { accessKeyId, secretAccessKey } = keysOf(aws, 'alice')
  const config = join(await makeDirectory(thisTest), 'config')
  const lines = [
    '[profile keys]',
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
    '[profile shop]',
    `role_arn = ${aws.state.role('developer').arn}`,
    'role_session_name = shop',
    'source_profile = keys',
  ]
  writeFileSync(config, lines.join('\n'))
  return { ...cleanEnvironment(aws), AWS_CONFIG_FILE: config, AWS_PROFILE: 'shop' }
}

async function start(file: string, env: NodeJS.ProcessEnv, keep: Keeper) {
  const args = ['--conditions=iam-auth-source', '--import', 'tsx', `examples/service-to-service/${file}`]
  const running = run(process.execPath, args, { cwd: repositoryRoot, env: { ...env, PORT: '0' } }, keep)
  const [, url = ''] = await running.says(/listening on (http:\S+)/, 30_000)
  return { ...running, url }
}
