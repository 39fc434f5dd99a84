// Loaded with --import: writes what is loaded, ES modules and CommonJS alike, to the file named by RECORD_IMPORTS.
import { appendFileSync } from 'node:fs'
import Module, { register } from 'node:module'

register(
  `data:text/javascript,${encodeURIComponent(`
    import { appendFileSync } from 'node:fs'
    export async function load(url, context, nextLoad) {
      appendFileSync(process.env.RECORD_IMPORTS, url + '\\n')
      return nextLoad(url, context)
    }
  `)}`,
)

const load = Module._load
Module._load = function record(request, ...rest) {
  appendFileSync(process.env['RECORD_IMPORTS'], `${request}\n`)
  return load.call(this, request, ...rest)
}
