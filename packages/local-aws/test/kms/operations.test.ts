import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  type KMSClient,
  ListKeysCommand,
} from '@aws-sdk/client-kms'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type KmsKey, type LocalAws, startLocalAws } from '../../src/index.js'
import { keysOf, kmsClient, refusalOf } from '../support/clients.js'
import { codeOf, send, sign } from '../support/signed-request.js'

let aws: LocalAws
let kms: KMSClient
let login: KmsKey
let other: KmsKey

const useAnyKey = { Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*' } } as const

beforeAll(async () => {
  aws = await startLocalAws({ region: 'eu-west-1' })
  aws.state.user().policies.push(useAnyKey)
  login = aws.state.key()
  other = aws.state.addKey({ aliases: ['alias/other', 'alias/second/name'] })
  aws.state.addKey({ aliases: ['alias/signing'], usage: 'SIGN_VERIFY' })
  aws.state.addKey({ aliases: ['alias/iam-auth'], region: 'us-east-1' })
  kms = kmsClient(aws, keysOf(aws))
})
afterEach(() => {
  login.state = 'Enabled'
})
afterAll(() => aws.close())

const Plaintext = Buffer.from('proof')
const EncryptionContext = { to: 'https://wiki.example', from: 'alice' }

async function seal(KeyId = login.arn, context: Record<string, string> | undefined = EncryptionContext) {
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext: context }))
  return Buffer.from(CiphertextBlob!)
}

async function open(CiphertextBlob: Uint8Array, context: Record<string, string> | undefined = EncryptionContext) {
  const answer = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }))
  return Buffer.from(answer.Plaintext!).toString()
}

describe('a key', () => {
  it.each([
    ['its ARN', () => login.arn],
    ['its id', () => login.id],
    ['an alias', () => 'alias/iam-auth'],
    ['an alias’s ARN', () => 'arn:aws:kms:eu-west-1:123456789012:alias/iam-auth'],
  ])('is found by %s', async (_name, id) => {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id() }))
    expect(KeyMetadata).toMatchObject({
      AWSAccountId: '123456789012',
      Arn: login.arn,
      KeyId: login.id,
      Enabled: true,
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      CreationDate: expect.any(Date) as Date,
    })
  })

  it.each([
    [
      'an unknown id',
      () => '12345678-1234-1234-1234-123456789012',
      'NotFoundException',
      /^Key 'arn:aws:kms:eu-west-1:123456789012:key\/12345678-.*' does not exist$/,
    ],
    [
      'an unknown alias',
      () => 'alias/none',
      'NotFoundException',
      /^Alias arn:aws:kms:eu-west-1:123456789012:alias\/none is not found\.$/,
    ],
    ['something else', () => 'nonsense', 'NotFoundException', /^Invalid keyId 'nonsense'$/],
    [
      'the ARN of another thing',
      () => 'arn:aws:kms:eu-west-1:123456789012:grant/x',
      'NotFoundException',
      /^Invalid arn/,
    ],
    ['the ARN of another service', () => login.arn.replace(':kms:', ':s3:'), 'NotFoundException', /^Invalid arn/],
    [
      'an ARN of another region',
      () => login.arn.replace('eu-west-1', 'us-east-1'),
      'NotFoundException',
      /^Invalid arn us-east-1$/,
    ],
    [
      'an ARN of another partition',
      () => login.arn.replace('arn:aws:', 'arn:aws-cn:'),
      'NotFoundException',
      /does not exist/,
    ],
    [
      'an ARN of an account that has none',
      () => login.arn.replace('123456789012', '000000000000'),
      'AccessDeniedException',
      /^User: arn:aws:iam::123456789012:user\/alice is not authorized to perform: kms:DescribeKey on resource: arn:.* because the resource does not exist in this Region/,
    ],
    [
      'an id of 2,049 characters',
      () => 'a'.repeat(2049),
      'ValidationException',
      /at 'keyId' failed to satisfy constraint/,
    ],
  ])('is not found by %s', async (_name, KeyId, code, message) => {
    const refusal = await refusalOf(kms.send(new DescribeKeyCommand({ KeyId: KeyId() })))
    expect(refusal).toEqual({ code, message: expect.stringMatching(message) as string, status: 400 })
  })

  it('lives in one region: the same alias names another key elsewhere', async () => {
    const there = kmsClient(aws, keysOf(aws), 'us-east-1')
    const { KeyMetadata } = await there.send(new DescribeKeyCommand({ KeyId: 'alias/iam-auth' }))
    expect(KeyMetadata?.Arn).toMatch(/^arn:aws:kms:us-east-1:/)
    expect((await refusalOf(there.send(new DescribeKeyCommand({ KeyId: login.id })))).code).toBe('NotFoundException')
    const refusal = await refusalOf(there.send(new DecryptCommand({ CiphertextBlob: await seal(), EncryptionContext })))
    expect(refusal).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringMatching(/does not exist in this region/) as string,
    })
  })
})

describe('a ciphertext', () => {
  it('holds up to 4,096 bytes, is 152 bytes longer, and never the same', async () => {
    const long = Buffer.alloc(4096, 7)
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: login.arn, Plaintext: long }))
    expect(CiphertextBlob).toHaveLength(4096 + 152)
    const { Plaintext: opened } = await kms.send(new DecryptCommand({ CiphertextBlob }))
    expect(Buffer.from(opened!)).toEqual(long)
    expect(await seal()).not.toEqual(await seal())
  })

  it.each([
    ['no context', undefined, {}],
    ['an empty context', {}, undefined],
    ['a context in another order', { from: 'alice', to: 'https://wiki.example' }, EncryptionContext],
    ['a context that is not ASCII', { naïve: '☕' }, { naïve: '☕' }],
  ])('opens with %s', async (_name, sealing, opening) => {
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: login.id, Plaintext, EncryptionContext: sealing }),
    )
    const answer = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: opening }))
    expect(Buffer.from(answer.Plaintext!).toString()).toBe('proof')
  })

  it.each([
    ['no context', EncryptionContext, {}],
    ['a context it was sealed without', {}, EncryptionContext],
    ['another value', { a: 'b' }, { a: 'c' }],
    ['another case', { a: 'b' }, { A: 'b' }],
    ['one pair more', { a: 'b' }, { a: 'b', c: 'd' }],
    ['the border between name and value moved', { a: 'b' }, { ab: '' }],
    ['the border between pairs moved', { a: 'b', c: 'd' }, { a: 'bcd' }],
    ['values swapped', { a: 'b', c: 'd' }, { a: 'd', c: 'b' }],
  ])('does not open with %s', async (_name, sealing, opening) => {
    const blob = await seal(login.arn, sealing)
    expect(await refusalOf(open(blob, opening))).toMatchObject({ code: 'InvalidCiphertextException', status: 400 })
  })

  it('does not open with any of its bytes changed', async () => {
    const blob = await seal()
    const codes = new Set<string>()
    for (let at = 0; at < blob.length; at += 3) {
      const altered = Buffer.from(blob)
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at)
      codes.add((await refusalOf(open(altered))).code)
    }
    expect([...codes]).toEqual(['InvalidCiphertextException'])
    expect((await refusalOf(open(blob.subarray(0, -1)))).code).toBe('InvalidCiphertextException')
    expect((await refusalOf(open(Buffer.concat([blob, Buffer.from('x')])))).code).toBe('InvalidCiphertextException')
  })

  it('of another key does not open under a key id that is swapped in', async () => {
    const blob = await seal()
    blob.write(other.id, 6, 'latin1')
    expect((await refusalOf(open(blob))).code).toBe('InvalidCiphertextException')
  })

  it('of another start does not open', async () => {
    const before = await startLocalAws({ region: 'eu-west-1' })
    const client = kmsClient(before, keysOf(before))
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: 'alias/iam-auth', Plaintext }))
    await before.close()
    expect((await refusalOf(open(CiphertextBlob!, {}))).code).toBe('InvalidCiphertextException')
  })

  it.each([
    ['its key, by ARN', () => login.arn, 'ok'],
    ['its key, by alias', () => 'alias/iam-auth', 'ok'],
    ['another key', () => other.arn, 'IncorrectKeyException'],
    ['another key’s alias', () => 'alias/second/name', 'IncorrectKeyException'],
    ['a key that does not exist', () => 'alias/none', 'NotFoundException'],
  ])('asked for under %s', async (_name, KeyId, code) => {
    const command = new DecryptCommand({ CiphertextBlob: await seal(), EncryptionContext, KeyId: KeyId() })
    const answer = code === 'ok' ? (await kms.send(command)).KeyId : (await refusalOf(kms.send(command))).code
    expect(answer).toBe(code === 'ok' ? login.arn : code)
  })
})

describe('KMS refuses', () => {
  it.each([
    [
      '4,097 bytes of plaintext',
      () => new EncryptCommand({ KeyId: login.arn, Plaintext: Buffer.alloc(4097) }),
      'ValidationException',
      /Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096/,
    ],
    [
      'an empty plaintext',
      () => new EncryptCommand({ KeyId: login.arn, Plaintext: Buffer.alloc(0) }),
      'ValidationException',
      /greater than or equal to 1/,
    ],
    [
      'a plaintext that is missing',
      () => new EncryptCommand({ KeyId: login.arn, Plaintext: undefined }),
      'ValidationException',
      /Member must not be null/,
    ],
    [
      '6,145 bytes of ciphertext',
      () => new DecryptCommand({ CiphertextBlob: Buffer.alloc(6145) }),
      'ValidationException',
      /'ciphertextBlob' failed to satisfy constraint: Member must have length less than or equal to 6144/,
    ],
    [
      '6,144 bytes that are no ciphertext',
      () => new DecryptCommand({ CiphertextBlob: Buffer.alloc(6144) }),
      'InvalidCiphertextException',
      /./,
    ],
    [
      'a short ciphertext',
      () => new DecryptCommand({ CiphertextBlob: Buffer.from([1, 2, 2, 0, 0x78]) }),
      'InvalidCiphertextException',
      /./,
    ],
    [
      'a key for signatures',
      () => new EncryptCommand({ KeyId: 'alias/signing', Plaintext }),
      'InvalidKeyUsageException',
      /key usage is SIGN_VERIFY which is not valid for Encrypt/,
    ],
    [
      'another algorithm',
      () => new EncryptCommand({ KeyId: login.arn, Plaintext, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }),
      'InvalidKeyUsageException',
      /./,
    ],
    [
      'a dry run, at its end',
      () => new EncryptCommand({ KeyId: login.arn, Plaintext, DryRun: true }),
      'DryRunOperationException',
      /would have succeeded/,
    ],
    ['an operation that is not modelled', () => new ListKeysCommand({}), 'UnknownOperationException', /./],
  ])('%s', async (_name, command, code, message) => {
    const refusal = await refusalOf(kms.send(command() as EncryptCommand))
    expect(refusal).toMatchObject({ code, status: 400, message: expect.stringMatching(message) as string })
  })

  it.each([
    ['Disabled', 'DisabledException', /is disabled\.$/],
    ['PendingDeletion', 'KMSInvalidStateException', /is pending deletion\.$/],
  ] as const)('a key that is %s, though DescribeKey still tells of it', async (state, code, message) => {
    const blob = await seal()
    login.state = state
    for (const attempt of [seal(), open(blob)])
      expect(await refusalOf(attempt)).toMatchObject({ code, message: expect.stringMatching(message) as string })
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: login.arn }))
    expect(KeyMetadata).toMatchObject({ Enabled: false, KeyState: state })
  })

  const altered = (edit: (body: Record<string, unknown>) => unknown) =>
    edit({ KeyId: login.arn, Plaintext: 'cHJvb2Y=' })
  it.each([
    ['a body that is not an object', () => [], 'SerializationException'],
    [
      'a context that is no object',
      () => altered((body) => ({ ...body, EncryptionContext: 'a' })),
      'SerializationException',
    ],
    [
      'a context with a number',
      () => altered((body) => ({ ...body, EncryptionContext: { a: 1 } })),
      'SerializationException',
    ],
    [
      'a plaintext that is not base64',
      () => altered((body) => ({ ...body, Plaintext: 'a b' })),
      'SerializationException',
    ],
    ['a key id that is a number', () => altered((body) => ({ ...body, KeyId: 5 })), 'SerializationException'],
    [
      'a key id from the prototype',
      () => ({ Plaintext: 'cHJvb2Y=', __proto__: { KeyId: 'alias/iam-auth' } }),
      'ValidationException',
    ],
  ])('%s', async (_name, body, code) => {
    // Signed by the SDK over the SDK's own body, which a middleware replaces before the signature.
    const request = await sign(aws, 'kms', replaceBody(JSON.stringify(body())), { credentials: keysOf(aws) })
    expect(codeOf(await send(aws, request))).toBe(code)
  })

  it('a POST of another content type', async () => {
    const request = await sign(aws, 'kms', new DescribeKeyCommand({ KeyId: login.arn }), {
      credentials: keysOf(aws),
      headers: { 'content-type': 'application/json' },
    })
    expect(codeOf(await send(aws, request))).toBe('UnknownOperationException')
  })
})

function replaceBody(body: string): EncryptCommand {
  const command = new EncryptCommand({ KeyId: 'alias/iam-auth', Plaintext })
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request as object, { body })
      return next(args)
    },
    { step: 'build', priority: 'high' },
  )
  return command
}
