/** The demo prints no step that did not happen. */
import { describe, expect, it } from 'vitest'
import { createPrinter } from '../../examples/demo/src/print/printer.js'
import { inside, message, type Step } from '../../examples/demo/src/story/step.js'
import { tell } from '../../examples/demo/src/story/tell.js'
import type { Crossing } from '../../examples/demo/src/wire/crossing.js'

const common = { at: 0, headers: new Map(), body: '' }
const request = {
  ...common,
  kind: 'request',
  from: 'client',
  to: 'proxy',
  method: 'GET',
  target: '/a?b',
} satisfies Crossing
const response = {
  ...common,
  kind: 'response',
  from: 'proxy',
  to: 'client',
  status: 200,
  reason: 'OK',
} satisfies Crossing
const steps: readonly Step[] = [
  message(1, ['client', 'proxy'], 'GET /a', 'asks'),
  inside(2, 'proxy', 'thinks'),
  message(3, ['proxy', 'client'], '200', 'answers', ({ body }) => {
    if (body === 'wrong') throw new Error('the body is wrong')
    return [body]
  }),
]

describe('tell', () => {
  it('tells all that happened, in order', () => {
    const { told } = telling([request, response])
    expect(told.map((line) => line.trim())).toEqual([
      '1  client → proxy     asks',
      '2  proxy              thinks',
      '3  proxy → client     answers',
      '',
    ])
  })

  it.each([
    [
      'a message that did not come',
      [request],
      'step 3 did not happen (answers): proxy → client: 200; nothing more came',
    ],
    ['another message', [request, request], 'instead there was client → proxy: GET /a'],
    ['another status', [request, { ...response, status: 401 }], 'instead there was proxy → client: 401'],
    ['a message without what it must carry', [request, { ...response, body: 'wrong' }], 'the body is wrong'],
  ])('stops at %s, and tells nothing that only it would have shown', (_, crossings, reason) => {
    const { told, error } = telling(crossings)
    expect(told.map((line) => line.trim())).toEqual(['1  client → proxy     asks'])
    expect(error).toMatchObject({ name: 'StepMissing', message: expect.stringContaining(reason) })
  })

  it('is not satisfied with more than was expected', () => {
    expect(telling([request, response, request]).error?.message).toContain('there was more: client → proxy: GET /a')
  })
})

function telling(crossings: readonly Crossing[]): { told: string[]; error?: Error } {
  const told: string[] = []
  try {
    tell(
      steps,
      crossings,
      createPrinter((line) => told.push(line), false),
    )
    return { told }
  } catch (error) {
    return { told, error: error as Error }
  }
}
