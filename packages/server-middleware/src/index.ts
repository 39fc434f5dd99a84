/** `app.use(iamAuth())`: AWS IAM logins for Express services. */

export type { Decrypted, DecryptInput, Deps, SignedIdentityRequest } from './deps.js'
export type { IamAuthRequest } from './http/request-facts.js'
export { type IamAuthHandler, iamAuth } from './iam-auth.js'
export type { CallerIdentity, IamIdentity } from './identity.js'
export type { Logger } from './log.js'
export type { AllowOptions, AwsCredentialsProvider, IamAuthOptions } from './options/options.js'
export { LoginRefusal, type RefusalCode } from './refusal.js'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.js'
export { type RedisCommand, type RedisStoreOptions, redisStore } from './stores/redis.js'
export type { Store } from './stores/store.js'
