/** The proxy as a library: what the command `iam-auth-proxy` is made of. */
export { ConfigError, type Env, type HostPort, type ProxyConfig, type ProxyFlags } from './config/config.js'
export { resolveConfig } from './config/resolve.js'
export { createLog, type Log, type LogFields, type LogLevel, type LogOptions } from './log.js'
export { type RunningProxy, startProxy } from './main.js'
