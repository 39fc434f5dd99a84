import { parseArgs } from 'node:util'
import { leaveMachineSettings } from './cast/environment.js'
import { createClosing } from './closing.js'
import { demo } from './demo.js'
import { createPrinter } from './print/printer.js'
import { serve } from './serve.js'

/** `npm run demo`, and `npm run demo -- --serve [--port N]`. Exit code 1: a step did not happen; 130: interrupted. */
async function main(): Promise<void> {
  const { serve: serving, port } = readArguments()
  const colours = process.stdout.isTTY && !process.env['NO_COLOR']
  const printer = createPrinter((line) => void process.stdout.write(`${line}\n`), colours)
  const closing = createClosing()
  leaveMachineSettings()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void closing.closeAll().then(() => process.exit(serving ? 0 : 130)))
  }
  try {
    if (serving) return await serve(closing, printer, port)
    await demo(closing, printer)
  } catch (error) {
    printer.outcome('✗', (error as Error).message)
    process.exitCode = 1
  }
  await closing.closeAll()
}

function readArguments(): { readonly serve: boolean; readonly port: number | undefined } {
  const options = { serve: { type: 'boolean', default: false }, port: { type: 'string' } } as const
  try {
    const { serve: serving, port: rawPort } = parseArgs({ options }).values
    const port = rawPort === undefined ? undefined : Number(rawPort)
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
      throw new TypeError(`--port ${rawPort} is not a port`)
    }
    if (port !== undefined && !serving) throw new TypeError('--port is for --serve')
    return { serve: serving, port }
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nusage: npm run demo [-- --serve [--port N]]\n`)
    process.exit(64)
  }
}

await main()
