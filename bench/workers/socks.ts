/** The SOCKS5 server that stands for a bastion. */
import { startSocksServer } from '../../test/support/socks-server.js'
import { answerQuestions } from './connect.js'

const server = startSocksServer(() => undefined)

/** Where it listens. `names`, at the port `to`, are from now on that port of loopback. */
answerQuestions(async ({ names = [], to = 0 }: { names?: readonly string[]; to?: number }) => {
  const { port, map } = await server
  for (const name of names) map(`${name}:${to}`, to)
  return { port }
})
