// The service that calls, with the role that it runs as. README.md says how to run it.
import express from 'express'
import { createIamFetch } from 'iam-auth-proxy/fetch'

const orders = new URL('/orders', process.env.ORDERS_URL ?? 'http://127.0.0.1:3001')
// Credentials are what the AWS SDK finds: on AWS the role of the instance, container or function.
const iamFetch = createIamFetch({ trust: [orders.origin], onlyTrusted: true })

const app = express()
app.disable('x-powered-by')
app.get('/', async (_req, res) => {
  await relay(await iamFetch(orders), res)
})
app.post('/buy/:item', async (req, res) => {
  const body = JSON.stringify({ item: req.params.item })
  await relay(await iamFetch(orders, { method: 'POST', headers: { 'content-type': 'application/json' }, body }), res)
})

/** What the orders answered; where they did not let us in, the reason is for our log. */
async function relay(answer, res) {
  const refusal = iamFetch.refusalOf(answer)
  if (refusal === undefined) return void res.status(answer.status).json(await answer.json())
  console.error(`${refusal.code}: ${refusal.message} ${refusal.hint}`)
  res.status(502).json({ error: 'the orders cannot be reached' })
}

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
