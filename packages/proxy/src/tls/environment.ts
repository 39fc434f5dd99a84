import type { Env } from '../config/config.js'
import { readAuthority } from './authority-file.js'
import { formatBundle, writeBundle } from './bundle.js'
import { authorityPaths } from './paths.js'

/** What programs read the file of all roots they trust from: OpenSSL and Go, curl, Python's requests, git, AWS's CLI, pip. */
const REPLACING = [
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'AWS_CA_BUNDLE',
  'PIP_CERT',
] as const
/** Node adds this file to its own roots. */
const ADDING = 'NODE_EXTRA_CA_CERTS'

/**
 * The variables that make command-line programs trust the authority, beside all they trusted before; none where no
 * authority is installed. Writes the bundle that they name, with the system's roots as they are now.
 *
 * @param configFolder the folder of `trust.json`
 * @param env what is set already: the roots in files that it names stay trusted
 * @throws ConfigError as `readAuthority`
 */
export async function authorityEnvironment(
  configFolder: string,
  env: Env = {},
  uid = process.getuid?.(),
): Promise<Record<string, string>> {
  const authority = await readAuthority(configFolder, uid)
  if (authority === undefined) return {}
  const { root, bundle } = authorityPaths(configFolder)
  const also = [...REPLACING, ADDING].flatMap((name) => env[name] || []).filter((path) => path !== bundle)
  writeBundle(configFolder, formatBundle(authority.rootPem, also))
  const hasOwnRoots = env[ADDING] !== undefined && env[ADDING] !== '' && env[ADDING] !== root
  return {
    ...Object.fromEntries(REPLACING.map((name) => [name, bundle])),
    [ADDING]: hasOwnRoots ? bundle : root,
  }
}
