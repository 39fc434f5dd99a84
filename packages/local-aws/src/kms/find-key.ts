import { AwsError } from '../aws-error.js'
import type { KmsKey } from '../world/account.js'
import type { World } from '../world/world.js'
import type { KmsCaller } from './kms-caller.js'

/** A key, and the alias by which the request named it (`kms:RequestAlias`). */
export interface FoundKey {
  readonly key: KmsKey
  readonly alias?: string
}

/**
 * The key that a `KeyId` names: an id, an alias, or the ARN of either. Only an ARN reaches into another account, and nothing reaches
 * into another region.
 *
 * Throws `NotFoundException`; `AccessDeniedException` for what another account does not have.
 */
export function findKey(world: World, keyId: string, caller: KmsCaller): FoundKey {
  if (!keyId.startsWith('arn:')) {
    const { accountId, partition } = caller.credential.principal
    return findInAccount(world, keyId, { accountId, partition, region: caller.region }, keyId)
  }
  const [, partition = '', service, region = '', accountId = '', resource = '', ...rest] = keyId.split(':')
  if (service !== 'kms' || rest.length > 0) throw notFound(`Invalid arn ${keyId}`)
  if (region !== caller.region) throw notFound(`Invalid arn ${region}`)
  const name = resource.startsWith('key/') ? resource.slice('key/'.length) : resource
  if (!resource.startsWith('key/') && !resource.startsWith('alias/')) throw notFound(`Invalid arn ${keyId}`)
  const isForeign = accountId !== caller.credential.principal.accountId
  try {
    return findInAccount(world, name, { accountId, partition, region }, keyId)
  } catch (error) {
    if (isForeign && error instanceof AwsError) throw foreignDenied(caller, keyId)
    throw error
  }
}

interface Place {
  readonly accountId: string
  readonly partition: string
  readonly region: string
}

function findInAccount(world: World, name: string, { accountId, partition, region }: Place, asked: string): FoundKey {
  const account = world.accounts.get(accountId)
  const isHere = (key: KmsKey) => key.region === region && account?.partition === partition
  const prefix = `arn:${partition}:kms:${region}:${accountId}:`
  if (name.startsWith('alias/')) {
    const key = account?.keys.find((candidate) => isHere(candidate) && candidate.aliases.includes(name))
    if (key === undefined) throw notFound(`Alias ${prefix}${name} is not found.`)
    return { key, alias: name }
  }
  if (!/^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.test(name))
    throw notFound(`Invalid keyId '${asked}'`)
  const key = world.kmsKeys.get(name)
  if (key === undefined || key.accountId !== accountId || !isHere(key))
    throw notFound(`Key '${prefix}key/${name}' does not exist`)
  return { key }
}

function notFound(message: string): AwsError {
  return new AwsError('NotFoundException', message)
}

// Another account's keys are not told apart from those it does not have.
function foreignDenied(caller: KmsCaller, keyArn: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `User: ${caller.credential.principal.arn} is not authorized to perform: kms:${caller.action} on resource: ${keyArn} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  )
}
