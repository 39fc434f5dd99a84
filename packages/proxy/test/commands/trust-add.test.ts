import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import vectors from '../../../protocol/test/vectors/independent.json' with { type: 'json' }
import { CommandFailure } from '../../src/commands/failure.js'
import { fetchOffer } from '../../src/commands/offer.js'
import { addTrust, type TrustAddFlags } from '../../src/commands/trust-add.js'
import { ConfigError } from '../../src/config/config.js'
import { CancelledError, NoTerminalError } from '../../src/prompt/terminal.js'
import { parseTrustEntry } from '../../src/trust/entry.js'
import { toJson } from '../../src/trust/file-format.js'
import { readTrustFile } from '../../src/trust/read.js'
import { updateTrustFile } from '../../src/trust/store.js'
import { ownFolder, ownUid } from '../trust/folder.js'

const ORIGIN = 'https://wiki.example.com'
const SUFFIX = 'https://*.corp.example.com'
const NOW = 1_767_225_610_000
const ADDED_AT = new Date(NOW).toISOString()
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555'
const FOREIGN = KEY.replace('123456789012', '210987654321')
const GOOD = vectors.challenges.find(({ name }) => name === 'good, version 2 alone')?.headers.flat() ?? []
const VERSION_1 = [
  ...['WWW-Authenticate', 'IAM realm="123456789012"', 'Iam-Auth-Kms-Key-Id', KEY],
  ...['Iam-Auth-Kms-Encryption-Context', Buffer.from('{"salt": "pepper"}').toString('base64')],
]

interface Options {
  /** What is typed; undefined where there is no terminal, an error where the question is closed. */
  readonly answer?: string | Error
  readonly before?: readonly string[]
  readonly system?: readonly string[]
  readonly status?: number
  readonly rawHeaders?: readonly string[]
  /** What another process does while the person thinks. */
  readonly meanwhile?: (path: string) => Promise<void>
}

async function setUp({ answer, before = [], system = [], status = 401, rawHeaders = GOOD, meanwhile }: Options = {}) {
  const folder = ownFolder()
  const files = { user: join(folder, 'trust.json'), system: join(folder, 'system.json') }
  const put = (path: string, texts: readonly string[]) => {
    const entries = texts.map((text) => toJson(parseTrustEntry(text)))
    writeFileSync(path, JSON.stringify({ version: 1, entries }), { mode: 0o600 })
  }
  if (before.length > 0) put(files.user, before)
  const hasSystem = system.length > 0 && ownUid === 0
  if (hasSystem) put(files.system, system)
  const shown: string[] = []
  const asked: string[] = []
  const send = async ({ origin, path }: { origin: string; path: string }) => {
    asked.push(`${origin}${path}`)
    return { status, rawHeaders, body: '' }
  }
  const terminal = {
    write: (text: string) => void shown.push(text),
    async ask(question: string) {
      shown.push(question)
      await meanwhile?.(files.user)
      if (answer instanceof Error) throw answer
      return answer ?? ''
    },
    close: () => void shown.push('closed'),
  }
  const deps = {
    files: hasSystem ? files : { ...files, system: undefined },
    uid: ownUid,
    now: () => NOW,
    async openTerminal() {
      if (answer === undefined) throw new NoTerminalError('none')
      return terminal
    },
    fetchOffer: (origin: string, path: string) => fetchOffer(origin, path, { send, now: () => NOW, userAgent: 'test' }),
  }
  const add = (name: string, flags: TrustAddFlags = {}) => addTrust(name, flags, deps)
  const stored = () => readTrustFile(files.user, { kind: 'user', uid: ownUid }).entries.map(toJson)
  return { add, stored, asked, files, shown: () => shown.join('') }
}

describe('trust add', () => {
  it.each(['y', 'Y', 'yes', 'YES'])(
    'asks the service, shows what it says, and pins its key after %j',
    async (answer) => {
      const { add, stored, asked, files, shown } = await setUp({ answer })
      expect(await add(ORIGIN)).toBe(`${ORIGIN} is trusted: ${files.user}`)
      expect(asked).toEqual([`${ORIGIN}/`])
      for (const text of [ORIGIN, '123456789012', KEY, 'of the same account', 'Trust it? [y/N] ', 'closed']) {
        expect(shown()).toContain(text)
      }
      expect(stored()).toEqual([{ origin: ORIGIN, key: KEY, addedAt: ADDED_AT }])
    },
  )

  it.each(['', 'n', 'no', 'N', 'yy', 'yes please', 'ja'])('changes nothing after %j', async (answer) => {
    const { add, stored } = await setUp({ answer })
    await expect(add(ORIGIN)).rejects.toThrow(new CommandFailure('nothing was changed'))
    expect(stored()).toEqual([])
  })

  it('changes nothing where the question is closed', async () => {
    const { add, stored, shown } = await setUp({ answer: new CancelledError('no answer was given') })
    await expect(add(ORIGIN)).rejects.toThrow(CancelledError)
    expect(stored()).toEqual([])
    expect(shown()).toMatch(/closed$/)
  })

  it('without a terminal fails at once, asks nobody, and says what to pass', async () => {
    const { add, asked } = await setUp()
    await expect(add(ORIGIN)).rejects.toThrow('pass --yes together with --key <ARN>')
    await expect(add(SUFFIX, { keyAccount: '123456789012' })).rejects.toThrow('pass --yes if')
    expect(asked).toEqual([])
  })

  it('with --yes takes a key that the person has from elsewhere, and asks neither them nor the service', async () => {
    const { add, stored, asked } = await setUp()
    await add(ORIGIN, { yes: true, key: FOREIGN, protocol: '1' })
    await add(SUFFIX, { yes: true, keyAccount: '123456789012' })
    expect(asked).toEqual([])
    expect(stored()).toEqual([
      { origin: ORIGIN, key: FOREIGN, protocol: 1, addedAt: ADDED_AT },
      { suffix: SUFFIX, keyAccount: '123456789012', addedAt: ADDED_AT },
    ])
  })

  it.each<[name: string, flags: TrustAddFlags, problem: string]>([
    [ORIGIN, { yes: true }, '--yes needs --key'],
    [ORIGIN, { yes: true, protocol: '1' }, '--yes needs --key'],
    [`${ORIGIN}/`, {}, `write ${ORIGIN}`],
    [ORIGIN, { key: 'alias/wiki' }, 'not the full ARN'],
    [ORIGIN, { protocol: '3' }, '"3" is no version'],
    [ORIGIN, { keyAccount: '123456789012' }, 'for a suffix only'],
    [SUFFIX, {}, 'needs the account'],
    [SUFFIX, { keyAccount: '123456789012', protocol: '1' }, 'name the exact origin'],
  ])('refuses %s with %j as a command line', async (name, flags, problem) => {
    const { add, asked } = await setUp({ answer: 'y' })
    await expect(add(name, flags)).rejects.toThrow(ConfigError)
    await expect(add(name, flags)).rejects.toThrow(problem)
    expect(asked).toEqual([])
  })
})

describe('what the service says', () => {
  it('a key of another account is said aloud, and pinned if the person says so', async () => {
    const rawHeaders = GOOD.map((value) => value.replace(KEY, FOREIGN))
    const { add, stored, shown } = await setUp({ answer: 'y', rawHeaders })
    await add(ORIGIN)
    expect(shown()).toContain('OF ANOTHER ACCOUNT than the realm: 210987654321')
    expect(stored()).toMatchObject([{ key: FOREIGN }])
  })

  it('version 1 takes --protocol 1', async () => {
    const { add, stored, shown } = await setUp({ answer: 'y', rawHeaders: VERSION_1 })
    await expect(add(ORIGIN)).rejects.toThrow(`iam-auth-proxy trust add ${ORIGIN} --protocol 1`)
    expect(stored()).toEqual([])
    await add(ORIGIN, { protocol: '1' })
    expect(shown()).toContain('version 1: it may get live AWS credentials of yours')
    expect(stored()).toMatchObject([{ key: KEY, protocol: 1 }])
  })

  it('version 1 over unencrypted http takes --plain-http, and is said to be changeable on its way', async () => {
    const origin = 'http://wiki.internal'
    const { add, stored, shown } = await setUp({ answer: 'y', rawHeaders: VERSION_1 })
    await expect(add(origin, { protocol: '1' })).rejects.toThrow(
      `iam-auth-proxy trust add ${origin} --protocol 1 --plain-http`,
    )
    await add(origin, { protocol: '1', plainHttp: true })
    expect(shown()).toContain('compare the key')
    expect(stored()).toMatchObject([{ origin, protocol: 1, plainHttp: true }])
  })

  it.each(vectors.challenges.filter(({ refused }) => refused !== null))('is not believed: $name', async (vector) => {
    const { add, stored, shown } = await setUp({ answer: 'y', rawHeaders: vector.headers.flat() })
    const origin = vector.origin
    const result = await add(origin).then(
      () => 'added',
      (error) => error as Error,
    )
    // A key of another account is a question to the person here; that they pin one is what this command is for.
    if (result === 'added') expect(shown()).toMatch(/OF ANOTHER ACCOUNT|asked for/)
    else expect(result).toBeInstanceOf(CommandFailure)
    expect(stored()).toHaveLength(result === 'added' ? 1 : 0)
  })

  it('no challenge at all: it is trusted without a key where the person says so', async () => {
    const { add, stored, shown } = await setUp({ answer: 'y', status: 200, rawHeaders: [] })
    await add(ORIGIN)
    expect(shown()).toContain('none is asked for (it answers 200)')
    expect(stored()).toEqual([{ origin: ORIGIN, addedAt: ADDED_AT }])
  })

  it('no challenge where version 1 is wanted: which key it is must be seen', async () => {
    const { add } = await setUp({ answer: 'y', status: 200, rawHeaders: [] })
    await expect(add(ORIGIN, { protocol: '1' })).rejects.toThrow('--path')
  })

  it('is asked of the page that is named', async () => {
    const { add, asked } = await setUp({ answer: 'y' })
    await add(ORIGIN, { path: '/private?a=b' })
    expect(asked).toEqual([`${ORIGIN}/private?a=b`])
  })

  it('a redirect to another origin is named, not followed', async () => {
    const rawHeaders = ['Location', 'https://real.example.com/login']
    const { add, stored } = await setUp({ answer: 'y', status: 301, rawHeaders })
    await expect(add(ORIGIN)).rejects.toThrow('iam-auth-proxy trust add https://real.example.com')
    expect(stored()).toEqual([])
  })
})

describe('what is trusted already', () => {
  it('is said, and not asked again', async () => {
    const { add, shown } = await setUp({ answer: 'y', before: [`${ORIGIN},key=${KEY},protocol=1`] })
    expect(await add(ORIGIN)).toBe(`${ORIGIN} is trusted already.`)
    expect(await add(ORIGIN, { key: KEY, yes: true })).toBe(`${ORIGIN} is trusted already.`)
    expect(shown()).not.toContain('Trust it?')
  })

  it('keeps what it allows when more is added', async () => {
    const { add, stored } = await setUp({ answer: 'y', before: [`${ORIGIN},plain-http`, 'https://other.example.com'] })
    await add(ORIGIN, { key: KEY })
    expect(stored()).toMatchObject([{ key: KEY, plainHttp: true }, { origin: 'https://other.example.com' }])
  })

  it.each<[what: string, flags: TrustAddFlags]>([
    ['the service names', {}],
    ['the person names', { key: KEY }],
    ['the person names with --yes', { key: KEY, yes: true }],
  ])('with another key than %s is a hard error, not a question', async (_what, flags) => {
    const { add, stored, shown } = await setUp({ answer: 'y', before: [`${ORIGIN},key=${FOREIGN}`] })
    const result = add(ORIGIN, flags)
    await expect(result).rejects.toThrow(CommandFailure)
    await expect(result).rejects.toThrow(/THE KEY OF THIS SERVICE HAS CHANGED/)
    for (const text of [KEY, FOREIGN, `iam-auth-proxy trust remove ${ORIGIN}`]) {
      await expect(result).rejects.toThrow(text)
    }
    expect(shown()).not.toContain('Trust it?')
    expect(stored()).toMatchObject([{ key: FOREIGN }])
  })

  it('for a suffix with another account is a hard error', async () => {
    const { add } = await setUp({ answer: 'y', before: [`${SUFFIX},key-account=123456789012`] })
    const result = add(SUFFIX, { keyAccount: '210987654321' })
    await expect(result).rejects.toThrow('names a key of account 210987654321, but pinned is a key of account 1234')
    await expect(result).rejects.toThrow(`iam-auth-proxy trust remove '${SUFFIX}'`)
  })

  it('by the time the person has answered is found as well', async () => {
    const meanwhile = (path: string) =>
      updateTrustFile(path, ownUid, (all) => [...all, parseTrustEntry(`${ORIGIN},key=${FOREIGN}`)])
    const { add, stored } = await setUp({ answer: 'y', meanwhile })
    await expect(add(ORIGIN)).rejects.toThrow('HAS CHANGED')
    expect(stored()).toMatchObject([{ key: FOREIGN }])
  })

  it.skipIf(ownUid !== 0)('by an administrator is a hard error that says whom to ask', async () => {
    const { add, files, stored } = await setUp({ answer: 'y', system: [`${ORIGIN},key=${FOREIGN}`] })
    await expect(add(ORIGIN)).rejects.toThrow(`ask an administrator to change ${files.system}`)
    expect(stored()).toEqual([])
  })
})
