/** The command `iam-auth-proxy` from its sources. It ends with the process that started it, however that one ends. */
import { run } from '../../packages/proxy/src/cli.js'

if (process.channel) {
  process.channel.unref()
  process.once('disconnect', () => process.exit(1))
}
await run()
