// The service that is called: only one role may. README.md says how to run it.
import express from 'express'
import { iamAuth } from 'iam-auth-server-middleware'

const app = express()
app.disable('x-powered-by')
app.use(iamAuth({ allow: { roles: [process.env.ORDERS_FOR ?? 'arn:aws:iam::123456789012:role/shop'] } }))
app.use(express.json())

const orders = []
app.get('/orders', (_req, res) => res.json(orders))
app.post('/orders', (req, res) => {
  orders.push({ item: String(req.body.item), by: req.iam.arn })
  res.status(201).json(orders.at(-1))
})

const server = app.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
