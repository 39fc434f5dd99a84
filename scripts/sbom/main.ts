/** `npm run sbom`: a bill of materials of everything that our packages bring along, in dist/sbom.cdx.json. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { formatSbom } from './format-sbom.js'
import { runtimePackages } from './runtime-packages.js'

const file = new URL('../../dist/sbom.cdx.json', import.meta.url)
const packages = runtimePackages()
mkdirSync(new URL('.', file), { recursive: true })
writeFileSync(file, `${JSON.stringify(formatSbom(packages), undefined, 2)}\n`)
console.log(`dist/sbom.cdx.json: ${packages.length} packages`)
