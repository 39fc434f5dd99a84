import { createCleanup } from '../cleanup.js'
import type { Contender } from '../contenders/contender.js'
import type { Scenario } from '../model.js'
import { startWorker } from '../workers/connect.js'
import { FORWARD_COLUMNS, measureForwarding } from './forward.js'

const TITLE = 'GET of 200 B, 32 clients, through a SOCKS5 server'

/** What the way through a bastion costs once its connections are there. */
export const socksScenario: Scenario = {
  name: 'socks',
  title: TITLE,
  isMain: false,
  estimateSeconds: ({ rounds, warmUps, seconds }) => 6 * (rounds + warmUps) * (seconds + 0.1) + 10,
  async run(bench) {
    const cleanup = createCleanup()
    try {
      const { port: socks } = await startWorker('socks', cleanup.keep).ask<{ port: number }>({})
      const able = bench.contenders.filter(({ abilities }) => abilities.includes('socks'))
      const contenders = able.flatMap((contender) => [contender, withoutSocks(contender)])
      const measured = await measureForwarding({ ...bench, contenders }, { connections: 32, bytes: 200, socks })
      return { name: 'socks', title: TITLE, columns: FORWARD_COLUMNS, primary: 'cpu', ...measured }
    } finally {
      await cleanup.end()
    }
  },
}

function withoutSocks(contender: Contender): Contender {
  return {
    ...contender,
    name: `${contender.name} (no SOCKS)`,
    prepare: ({ socks: _, ...site }) => contender.prepare(site),
  }
}
