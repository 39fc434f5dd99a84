// What the original's proxy, and the browser behind it, do to open one page. README.md says how to run it.
//
// It is here to be read. Mind what version 1 means: whoever answers with such a 401 gets live credentials of yours, sealed
// under a key that it names itself. Give it only URLs of services you trust, or use iam-auth-proxy, which checks first.
import http from 'node:http'
import https from 'node:https'
import { fileURLToPath } from 'node:url'
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'

const MAX_HOPS = 10

/** Opens a page and logs in on the way. `aws`: the settings of the AWS clients. */
export async function open(url, aws = {}) {
  const { origin } = new URL(url)
  const cookies = new Map()
  let next = url
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const response = await get(next, cookies)
    const challenge = parseChallenge(response)
    if (challenge !== undefined) {
      next = await answer(challenge, next, aws) // the proxy's part; the 401 is dropped, and its cookies with it
      continue
    }
    keepCookies(response, cookies) // from here on the browser's part
    const { location } = response.headers
    if (location === undefined) return response
    next = new URL(location, next).href
    if (new URL(next).origin !== origin) throw new Error(`the service redirects to another site: ${next}`)
  }
  throw new Error(`still no page after ${MAX_HOPS} requests`)
}

/** A 401 that names an IAM realm; undefined for every other answer. */
function parseChallenge({ status, headers }) {
  const authenticate = status === 401 ? (headers['www-authenticate'] ?? '') : ''
  const realm = /IAM realm="([^"]+)"/.exec(authenticate)?.[1]
  if (realm === undefined) return undefined
  const keyId = headers['iam-auth-kms-key-id']
  const context = headers['iam-auth-kms-encryption-context']
  if (keyId === undefined || context === undefined) throw new Error('the service offers no version 1')
  return { realm, keyId, context: JSON.parse(Buffer.from(context, 'base64').toString()) }
}

/** The URL to go to next: `/auth` with a token, which is fresh credentials sealed as the challenge asks. */
async function answer({ realm, keyId, context }, url, aws) {
  const sts = new STSClient(aws)
  const kms = new KMSClient(aws)
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}))
    if (Account !== realm) throw new Error(`the service is for account ${realm}, you are of ${Account}`)
    const { Credentials } = await sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
    const Plaintext = Buffer.from(formatCredentials(Credentials))
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: keyId, EncryptionContext: context, Plaintext }),
    )
    return formatAuthUrl(url, Buffer.from(CiphertextBlob).toString('base64'))
  } finally {
    sts.destroy()
    kms.destroy()
  }
}

/** The names in this order, and whole seconds, as the original writes them. */
function formatCredentials({ AccessKeyId, Expiration, SecretAccessKey, SessionToken }) {
  const seconds = Expiration.toISOString().replace(/\.\d+Z$/, 'Z')
  return JSON.stringify({ AccessKeyId, Expiration: seconds, SecretAccessKey, SessionToken })
}

/** `return_url` first, `token` second. */
function formatAuthUrl(url, token) {
  const { origin, pathname, search } = new URL(url)
  return `${origin}/auth?${new URLSearchParams({ return_url: pathname + search, token })}`
}

function get(url, cookies) {
  const headers = cookies.size === 0 ? {} : { Cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }
  const { request } = url.startsWith('https:') ? https : http
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, async (response) => {
      try {
        const body = Buffer.concat(await response.toArray()).toString()
        resolve({ status: response.statusCode, headers: response.headers, body })
      } catch (error) {
        reject(error)
      }
    })
    sent.on('error', reject).end()
  })
}

/** One host, one path: names and values are all there is to it. */
function keepCookies({ headers }, cookies) {
  for (const line of headers['set-cookie'] ?? []) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/; *max-age=0|; *expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }
}

async function main([url]) {
  if (url === undefined) throw new Error('usage: node client.js <url>')
  const { status, body } = await open(url)
  console.log(body.trimEnd())
  process.exitCode = status < 400 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
