import { join } from 'node:path'

/** Where the authority is, below the folder of the configuration. */
export interface AuthorityPaths {
  /** Private: mode 0700. */
  readonly folder: string
  /** Certificates and the intermediate's key: what counts. */
  readonly record: string
  /** A copy of the root for programs that are told of it. */
  readonly root: string
  /** The system's roots and ours, for programs that take one file instead of the system's. */
  readonly bundle: string
}

/** @param configFolder the folder of `trust.json` */
export function authorityPaths(configFolder: string): AuthorityPaths {
  const folder = join(configFolder, 'ca')
  const path = (name: string) => join(folder, name)
  return { folder, record: path('authority.json'), root: path('root.pem'), bundle: path('bundle.pem') }
}
