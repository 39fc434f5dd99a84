/** The command `iam-auth-proxy` from its sources. */
import { run } from '../../packages/proxy/src/cli.js'

await run()
