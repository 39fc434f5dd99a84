/** mockttp passing everything through, TLS looked into: `node mockttp.mjs PORT`. */
import { generateCACertificate, getLocal } from 'mockttp'

const https = await generateCACertificate()
const proxy = getLocal({ https, recordTraffic: false, suggestChanges: false, http2: false })
await proxy.forAnyRequest().thenPassThrough({ ignoreHostHttpsErrors: true })
await proxy.start(Number(process.argv[2]))
