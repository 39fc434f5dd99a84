import type { Scenario } from '../model.js'
import { coldScenario } from './cold.js'
import { forwardScenarios } from './forward.js'
import { growthScenario } from './growth.js'
import { leafScenario } from './leaf.js'
import { loadScenarios } from './load.js'
import { loginScenario } from './login.js'
import { memoryScenario } from './memory.js'
import { middlewareScenario } from './middleware.js'
import { soakScenario } from './soak.js'
import { socksScenario } from './socks.js'
import { startupScenario } from './startup.js'

/** Every scenario, in the order in which they run. */
const allScenarios: readonly Scenario[] = [
  startupScenario,
  coldScenario,
  ...forwardScenarios,
  ...loadScenarios,
  leafScenario,
  socksScenario,
  memoryScenario,
  loginScenario,
  middlewareScenario,
  growthScenario,
  soakScenario,
]

/** Those the command line asks for. Throws TypeError for a name that none begins with. */
export function chooseScenarios(only: readonly string[], isShort: boolean): Scenario[] {
  const unknown = only.find((name) => !allScenarios.some((scenario) => scenario.name.startsWith(name)))
  if (unknown !== undefined) {
    throw new TypeError(
      `no scenario is called ${unknown}; there are: ${allScenarios.map(({ name }) => name).join(', ')}`,
    )
  }
  if (only.length > 0) return allScenarios.filter(({ name }) => only.some((beginning) => name.startsWith(beginning)))
  return allScenarios.filter(({ isMain }) => isMain || !isShort)
}
