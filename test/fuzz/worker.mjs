// Node's loaders are not those of the main thread in a worker: tsx is registered once more.
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')
