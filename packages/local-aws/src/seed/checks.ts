/** Looks at a value and adds a line for each problem, which begins with `path`. */
export type Check = (value: unknown, path: string, problems: string[]) => void

/** The members an object has. */
export interface ObjectShape {
  readonly required?: Readonly<Record<string, Check>>
  readonly optional?: Readonly<Record<string, Check>>
  /** Lets members through that the shape does not name. @default false: a misspelt member is a problem */
  readonly open?: boolean
}

/** An object of this shape. */
export function isObjectOf({ required = {}, optional = {}, open = false }: ObjectShape): Check {
  const shape = new Map(Object.entries({ ...optional, ...required }))
  const allowUnknown: Check = () => {}
  const refuseUnknown: Check = (_value, path, problems) => problems.push(`${path}: is not known`)
  return (value, path, problems) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      problems.push(`${path}: must be an object`)
      return
    }
    const members = new Map(Object.entries(value).filter(([, member]) => member !== undefined))
    for (const name of Object.keys(required)) if (!members.has(name)) problems.push(`${path}.${name}: is missing`)
    for (const [name, member] of members) {
      const check = shape.get(name) ?? (open ? allowUnknown : refuseUnknown)
      check(member, `${path}.${name}`, problems)
    }
  }
}

/** A list of these. */
export function listOf(check: Check): Check {
  return (value, path, problems) => {
    if (!Array.isArray(value)) problems.push(`${path}: must be a list`)
    else for (const [at, item] of value.entries()) check(item, `${path}[${at}]`, problems)
  }
}

/** A text that is not empty. */
export const isText: Check = (value, path, problems) => {
  if (typeof value !== 'string' || value === '') problems.push(`${path}: must be a text`)
}

/** A text of this form; `what` says it in words. */
export function isPattern(pattern: RegExp, what: string): Check {
  return (value, path, problems) => {
    if (typeof value !== 'string' || !pattern.test(value)) problems.push(`${path}: must be ${what}`)
  }
}

/** One of these texts. */
export function isOneOf(...values: readonly string[]): Check {
  return (value, path, problems) => {
    if (!values.includes(value as string)) problems.push(`${path}: must be ${values.join(' or ')}`)
  }
}

/** A whole number within these limits. */
export function wholeNumber(min: number, max: number): Check {
  return (value, path, problems) => {
    if (!Number.isInteger(value) || Number(value) < min || Number(value) > max)
      problems.push(`${path}: must be a whole number from ${min} to ${max}`)
  }
}
