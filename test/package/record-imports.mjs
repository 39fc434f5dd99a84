// Loaded with --import: writes the URL of every ES module that is loaded to the file named by RECORD_IMPORTS.
import { register } from 'node:module'

register(
  `data:text/javascript,${encodeURIComponent(`
    import { appendFileSync } from 'node:fs'
    export async function load(url, context, nextLoad) {
      appendFileSync(process.env.RECORD_IMPORTS, url + '\\n')
      return nextLoad(url, context)
    }
  `)}`,
)
