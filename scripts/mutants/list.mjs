import { middlewareChallenges } from './middleware-challenges.mjs'
import { middlewareHttp } from './middleware-http.mjs'
import { middlewareIdentity } from './middleware-identity.mjs'
import { middlewareLogin } from './middleware-login.mjs'
import { middlewareSessions } from './middleware-sessions.mjs'
import { protocol } from './protocol.mjs'
import { protocolProofs } from './protocol-proofs.mjs'
import { proxyAddresses } from './proxy-addresses.mjs'
import { proxyFetch } from './proxy-fetch.mjs'
import { proxyGateway } from './proxy-gateway.mjs'
import { proxyHttp1 } from './proxy-http1.mjs'
import { proxyInterception } from './proxy-interception.mjs'
import { proxyLogin } from './proxy-login.mjs'
import { proxyOwn } from './proxy-own.mjs'
import { proxyProofs } from './proxy-proofs.mjs'
import { proxySecrets } from './proxy-secrets.mjs'
import { proxyServer } from './proxy-server.mjs'
import { proxyTrust } from './proxy-trust.mjs'

const lists = [
  ...[protocol, protocolProofs],
  ...[
    proxyLogin,
    proxyProofs,
    proxyTrust,
    proxyServer,
    proxyAddresses,
    proxySecrets,
    proxyFetch,
    proxyGateway,
    proxyHttp1,
  ],
  ...[proxyInterception, proxyOwn],
  ...[middlewareLogin, middlewareIdentity, middlewareChallenges, middlewareSessions, middlewareHttp],
]

/**
 * Every mutant: the file, the text that must stand in it once, what is put in its place, what that breaks, and the test
 * files of which at least one test must fail.
 */
export const mutants = lists
  .flat()
  .flatMap(([file, tests, changes]) =>
    changes.map(([breaks, find, replace]) => ({ file, tests, breaks, find, replace })),
  )
