import { run } from '../../src/cli.js'

await run()
