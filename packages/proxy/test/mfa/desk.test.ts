import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LoginRefusal } from '../../src/login/refusal.js'
import { createMfaDesk } from '../../src/mfa/desk.js'
import type { TerminalPrompt } from '../../src/mfa/on-terminal.js'
import type { Question } from '../../src/mfa/question.js'
import { createTickets } from '../../src/mfa/tickets.js'
import { noLog } from '../server/rig.js'

const DEVICE = 'arn:aws:iam::123456789012:mfa/alice'
const noTerminal: TerminalPrompt = async () => 'no-terminal'

beforeEach(() => void vi.useFakeTimers({ now: 1_767_225_600_000 }))
afterEach(() => void vi.useRealTimers())

/** AWS takes these codes, each once. */
function setUp({
  good = ['123456'],
  prompt = noTerminal,
  first,
}: {
  good?: string[]
  prompt?: TerminalPrompt
  first?: string
} = {}) {
  const desk = createMfaDesk({ prompt, log: noLog, now: Date.now, first: { serialNumber: DEVICE, code: first } })
  const tried: string[] = []
  const questions: Question[] = []
  desk.whenOpen((question) => questions.push(question))
  const logIn = () =>
    desk.attempt(async (codeOf) => {
      const code = await codeOf(DEVICE)
      tried.push(code)
      if (good.includes(code)) return `session of ${code}`
      throw new LoginRefusal('ERR_IAM_MFA', 'AWS did not accept the MFA code.', { cause: new Error('AccessDenied') })
    })
  const opened = async (count = 1): Promise<Question> => {
    await vi.waitFor(() => expect(questions).toHaveLength(count))
    return questions[count - 1] as Question
  }
  return { desk, logIn, tried, questions, opened }
}

test('a right code ends the question', async () => {
  const { logIn, opened } = setUp()
  const session = logIn()
  const question = await opened()
  await question.submit(' 123 456 ')
  expect(await session).toBe('session of 123456')
  expect(question.state()).toBe('accepted')
})

test.each(['12345', '1234567', '12345a', '', '１２３４５６'])('%j is no code: AWS is not asked', async (text) => {
  const { logIn, tried, opened } = setUp()
  logIn().catch(() => {})
  const question = await opened()
  await question.submit(text)
  expect(question).toMatchObject({ state: expect.any(Function) })
  expect([question.state(), question.reason()]).toEqual(['open', 'An MFA code has six digits.'])
  expect(tried).toEqual([])
})

test('the same code is not tried again while a device may show it, and is afterwards', async () => {
  const { logIn, tried, opened } = setUp()
  logIn().catch(() => {})
  const question = await opened()
  await question.submit('000000')
  expect(question.reason()).toContain('AWS did not accept')
  await question.submit('000000')
  expect(question.reason()).toContain('Wait for the next one')
  expect(tried).toEqual(['000000'])
  vi.setSystemTime(Date.now() + 91_000)
  await question.submit('000000')
  expect(tried).toEqual(['000000', '000000'])
})

test('who needs another session of the same device is asked after the first, and not given its code', async () => {
  const { logIn, tried, questions, opened } = setUp({ good: ['123456', '654321'] })
  const both = [logIn(), logIn()]
  const first = await opened()
  await vi.advanceTimersByTimeAsync(10)
  expect(questions).toHaveLength(1)
  await first.submit('123456')
  const second = await opened(2)
  await second.submit('123456')
  expect(second.reason()).toContain('each works once')
  await second.submit('654321')
  expect(await Promise.all(both)).toEqual(['session of 123456', 'session of 654321'])
  expect(tried).toEqual(['123456', '654321'])
})

test('three refused codes end it with what AWS said', async () => {
  const { logIn, tried, opened } = setUp()
  const session = logIn()
  session.catch(() => {})
  const question = await opened()
  for (const code of ['000001', '000002', '000003', '123456']) await question.submit(code)
  await expect(session).rejects.toMatchObject({ code: 'ERR_IAM_MFA', message: 'AWS did not accept the MFA code.' })
  expect(question.state()).toBe('over')
  expect(tried).toEqual(['000001', '000002', '000003'])
})

test('nobody answers: after two minutes it is over, and the next login asks again', async () => {
  const { logIn, opened } = setUp()
  const session = logIn()
  session.catch(() => {})
  const question = await opened()
  await vi.advanceTimersByTimeAsync(119_000)
  expect(question.state()).toBe('open')
  await vi.advanceTimersByTimeAsync(1_000)
  await expect(session).rejects.toMatchObject({ code: 'ERR_IAM_MFA', message: expect.stringContaining('two minutes') })
  logIn().catch(() => {})
  expect((await opened(2)).state()).toBe('open')
})

test('any other failure ends the question with it', async () => {
  const { desk, opened } = setUp()
  const session = desk.attempt(async (codeOf) => {
    await codeOf(DEVICE)
    throw new LoginRefusal('ERR_IAM_AWS_UNAVAILABLE', 'AWS cannot be reached.')
  })
  session.catch(() => {})
  const question = await opened()
  await question.submit('123456')
  await expect(session).rejects.toMatchObject({ code: 'ERR_IAM_AWS_UNAVAILABLE' })
  expect([question.state(), question.reason()]).toEqual(['over', 'AWS cannot be reached.'])
})

test('the code of the command line is the first answer, once; where it is refused the person is asked', async () => {
  const right = setUp({ first: '123456' })
  expect(await right.logIn()).toBe('session of 123456')
  expect(right.questions).toEqual([])
  const wrong = setUp({ first: '999999' })
  const session = wrong.logIn()
  await (await wrong.opened()).submit('123456')
  expect(await session).toBe('session of 123456')
  expect(wrong.tried).toEqual(['999999', '123456'])
})

test('whoever answers first wins: the terminal is asked beside the form, and let go when the form is answered', async () => {
  const prompts: { text: string; signal: AbortSignal }[] = []
  const prompt: TerminalPrompt = (text, { signal, onAsked }) => {
    prompts.push({ text, signal })
    onAsked()
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve('cancelled')))
  }
  const { logIn, opened } = setUp({ prompt })
  const session = logIn()
  const question = await opened()
  expect(question.isSeen()).toBe(true)
  expect(prompts.map(({ text }) => text)).toEqual([`MFA code of ${DEVICE}: `])
  await question.submit('123456')
  expect(await session).toBe('session of 123456')
  expect(prompts[0]?.signal.aborted).toBe(true)
})

test('what is typed on the terminal is an answer like any other, with the reason before the next prompt', async () => {
  const typed = ['12', '123456']
  const texts: string[] = []
  const prompt: TerminalPrompt = async (text, { onAsked }) => {
    texts.push(text)
    onAsked()
    return typed.shift() ?? 'cancelled'
  }
  expect(await setUp({ prompt }).logIn()).toBe('session of 123456')
  expect(texts).toEqual([`MFA code of ${DEVICE}: `, `An MFA code has six digits.\nMFA code of ${DEVICE}: `])
})

test('a ticket leads to its question for ten minutes, by a name that nobody guesses; others lead nowhere', async () => {
  const { logIn, opened } = setUp()
  logIn().catch(() => {})
  const randomBytes = (size: number) => new Uint8Array(size).fill(7)
  const tickets = createTickets({ now: Date.now, randomBytes })
  const ticket = tickets.issue(await opened(), 'http://wiki.internal/')
  expect(ticket.id).toMatch(/^[\w-]{22}$/)
  expect(tickets.find(ticket.id)).toMatchObject({ returnTo: 'http://wiki.internal/' })
  expect(tickets.find('')).toBeUndefined()
  vi.setSystemTime(Date.now() + 600_000)
  expect(tickets.find(ticket.id)).toBeUndefined()
})
