import { type Pin, whereFrom } from './merge.js'
import { formatTrustCommand } from './shell.js'

/**
 * What ssh says when a host's key has changed, for a service's. Never a question: whoever is asked says yes.
 *
 * @param name the origin, or the suffix, that the key is of
 * @param named what is named instead of the pin: an ARN, or an account
 */
export function describeKeyChange(name: string, pin: Pin, named: string): { message: string; hint: string } {
  return {
    message:
      'THE KEY OF THIS SERVICE HAS CHANGED! Somebody may be in between, or it is not the service that you trusted: ' +
      `${name} names ${shown(named)}, but pinned is ${shown(pin.value)} (${whereFrom(pin)}).`,
    hint: `Nothing was sent. Ask the owners of the service. Only if it was them who changed the key:\n${removal(pin)}`,
  }
}

function shown(pin: string): string {
  return /^\d+$/.test(pin) ? `a key of account ${pin}` : pin
}

function removal({ name, source }: Pin): string {
  if (source.kind === 'flag') return `start the proxy without the pin in: --trust ${name},…`
  if (source.kind === 'system') return `ask an administrator to change ${source.name}`
  return formatTrustCommand('remove', name)
}
