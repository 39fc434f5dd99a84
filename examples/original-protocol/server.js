// A service that speaks version 1 of the protocol, the original's, and nothing else. README.md says how to run it.
//
// It is here to be read, and to show that old and new work together. Do not deploy it: iam-auth-server-middleware speaks
// version 1 too ([1, 2]), and binds every token to one site, one browser and one use. This one does none of that.
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

/** A server that does not listen yet. `realm` is the account, `aws` the settings of the AWS clients. */
export function createServer({ realm, keyArn, salt, aws = {} }) {
  const context = { salt }
  const kms = new KMSClient(aws)
  const sessions = new Map() // id → ARN, for as long as the process lives

  async function serve(request, response) {
    const { pathname, searchParams } = new URL(request.url, `http://${request.headers.host}`)
    if (pathname === '/auth') return logIn(searchParams, response)
    const arn = sessions.get(/(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1])
    if (arn === undefined) return challenge(response)
    send(response, 200, `You are ${arn}\n`)
  }

  /** 401: seal credentials of account `realm` under this key, with this context. */
  function challenge(response) {
    send(response, 401, 'Sign in with AWS.\n', {
      'WWW-Authenticate': `IAM realm="${realm}"`,
      'Iam-Auth-Kms-Key-Id': keyArn,
      'Iam-Auth-Kms-Encryption-Context': Buffer.from(JSON.stringify(context)).toString('base64'),
    })
  }

  /** GET /auth?return_url=…&token=…: never a 401, since the client would answer it with another token, for ever. */
  async function logIn(query, response) {
    try {
      const arn = await identify(query.get('token'))
      const session = randomUUID()
      sessions.set(session, arn)
      const headers = {
        Location: localPath(query.get('return_url')),
        'Set-Cookie': `session=${session}; HttpOnly; Path=/`,
      }
      send(response, 302, '', headers)
    } catch (error) {
      console.error(`login refused: ${error.name}: ${error.message}`)
      send(response, 403, 'Login refused.\n')
    }
  }

  /** token → KMS → somebody's live credentials → STS, asked with them → who that is. */
  async function identify(token) {
    const blob = { CiphertextBlob: Buffer.from(token ?? '', 'base64'), EncryptionContext: context }
    const { Plaintext } = await kms.send(new DecryptCommand({ ...blob, KeyId: keyArn }))
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(Buffer.from(Plaintext).toString())
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    const sts = new STSClient({ ...aws, credentials })
    try {
      const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}))
      if (Account !== realm) throw new Error(`${Arn} is of another account`)
      return Arn
    } finally {
      sts.destroy()
    }
  }

  const server = http.createServer((request, response) => {
    serve(request, response).catch((error) => {
      console.error(error)
      response.destroy()
    })
  })
  return server.on('close', () => kms.destroy())
}

/** A path of this site, whatever came in. (The original's example redirects to other sites too.) */
function localPath(returnUrl) {
  const site = 'http://this-site.invalid'
  try {
    const { origin, pathname, search } = new URL(returnUrl, site)
    return origin === site && !pathname.startsWith('//') ? pathname + search : '/'
  } catch {
    return '/'
  }
}

function send(response, status, text, headers = {}) {
  const length = Buffer.byteLength(text)
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': length })
  response.end(text)
}

function main() {
  const { AWS_ACCOUNT_ID: realm, KMS_KEY_ID: keyArn, KMS_SALT: salt = 'pepper', PORT = '3001' } = process.env
  if (!realm || !keyArn?.startsWith('arn:')) {
    console.error('AWS_ACCOUNT_ID and KMS_KEY_ID (the full ARN of the key) are needed; see README.md')
    process.exit(1)
  }
  const aws = { region: keyArn.split(':')[3] }
  const server = createServer({ realm, keyArn, salt, aws })
  server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
