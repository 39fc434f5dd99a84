// An Express service behind AWS IAM. From the repository root, after `npm run build`:
//
//   AWS_ACCOUNT_ID=… KMS_KEY_ID=arn:aws:kms:… SECRET_KEY=… PORT=3000 node examples/express-server/server.js
//
// README.md of packages/server-middleware lists every variable.
import express from 'express'
import { iamAuth } from 'iam-auth-server-middleware'

const app = express()
app.disable('x-powered-by')
app.use(configured(() => iamAuth({ publicPaths: ['/public'] })))

app.get('/', (req, res) => {
  res.type('text/plain').send(`${req.iam.arn}\n`)
})
app.get('/whoami', (req, res) => {
  res.json(req.iam)
})
app.get('/public', (_req, res) => {
  res.type('text/plain').send('Anyone may read this.\n')
})

const server = app.listen(configured(readPort), process.env.HOST ?? '127.0.0.1', (error) => {
  if (error) fail(error)
  const { address, family, port } = server.address()
  console.log(`listening on http://${family === 'IPv6' ? `[${address}]` : address}:${port}`)
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close() // requests under way are answered
    server.closeIdleConnections()
  })
}

function readPort() {
  const port = Number(process.env.PORT ?? 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new TypeError('PORT is not a port: 0 to 65535, 0 picks one')
  return port
}

/** What is wrong with the environment is said in one message, not in a stack trace. */
function configured(read) {
  try {
    return read()
  } catch (error) {
    return fail(error)
  }
}

function fail(error) {
  console.error(error.message)
  process.exit(1)
}
