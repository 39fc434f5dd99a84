import { parseArgs } from 'node:util'
import type { Plan } from './model.js'

/** What the command line asks for. */
export interface BenchArguments {
  readonly plan: Plan
  /** Names of scenarios or their beginnings; empty for all of the plan. */
  readonly only: readonly string[]
  /** Commands of others: name, and the command with `{port}` in it. */
  readonly proxies: readonly (readonly [name: string, command: string])[]
  readonly install: boolean
  /** Beginnings of names of contenders; empty for all. Ours is always one. */
  readonly against: readonly string[]
  readonly json?: string
  readonly plot?: string
  /** Records of earlier runs, to be shown instead of measuring: the newest of each scenario. */
  readonly from: readonly string[]
}

export const USAGE = `npm run bench -- [options]
  --short               under two minutes: the main scenarios and contenders, fewer rounds
  --only NAME           a scenario, or all whose names begin so; repeatable
  --against NAME        only contenders whose names begin so, beside ours; repeatable
  --rounds N            how often each contender is measured in each (default 5)
  --proxy NAME='CMD'    one more contender; {port} is where it must listen on 127.0.0.1, {upstream} the service's port; repeatable
  --install             install the missing peers of Debian first (apt-get, as root)
  --json FILE           all figures
  --plot FILE           the same as a picture (SVG)
  --from FILE           shows what an earlier run wrote with --json, and measures nothing; of several the later one wins; repeatable`

/** Throws TypeError, in words for people, for a command line that cannot be used. */
export function parseArguments(args: readonly string[]): BenchArguments {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      install: { type: 'boolean', default: false },
      only: { ...text, multiple: true, default: [] },
      against: { ...text, multiple: true, default: [] },
      proxy: { ...text, multiple: true, default: [] },
      rounds: text,
      json: text,
      plot: text,
      from: { ...text, multiple: true, default: [] },
    },
  })
  const isShort = values.short
  const plan = {
    isShort,
    rounds: parseNumber('--rounds', values.rounds, isShort ? 3 : 5),
    warmUps: isShort ? 1 : 5,
    seconds: isShort ? 1 : 2,
  }
  const { only, against, install, json, plot, from } = values
  const files = { ...(json && { json }), ...(plot && { plot }), from }
  return { plan, only, against, proxies: values.proxy.map(parseProxy), install, ...files }
}

function parseNumber(option: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text)
  if (!(number > 0 && Number.isInteger(number))) {
    throw new TypeError(`${option} is a whole number above 0, not ${text}`)
  }
  return number
}

function parseProxy(entry: string): [string, string] {
  const [, name, command] = /^([^=]+)=(.+)$/s.exec(entry) ?? []
  if (name === undefined || command === undefined || !command.includes('{port}')) {
    throw new TypeError(`--proxy is NAME='command --port {port}', not ${entry}`)
  }
  return [name, command]
}
