/**
 * Looks out of a contender's own process (`node --require bench/workers/inside.cjs …`) without changing it. On SIGUSR2 it writes to the file
 * BENCH_INSIDE_FILE, as JSON, what `bench/contenders/inside.ts` names `Inside`, then starts a new stretch of time. CommonJS, so that
 * it is there before whatever is measured; its timers do not keep the process alive.
 */
const { renameSync, writeFileSync } = require('node:fs')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { setFlagsFromString } = require('node:v8')
const { runInNewContext } = require('node:vm')

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const file = process.env.BENCH_INSIDE_FILE

/** ms between two looks: how long the loop was away is what comes on top. */
const RESOLUTION_MS = 1
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delays.enable()

let answers = 0
let turnsOver5Ms = 0
let longestTurnMs = 0
let lastWall = performance.now()
let lastCpu = process.cpuUsage()

/** A turn of the loop is as long as the less of wall clock and processor: what other processes took of the core is not ours. */
setInterval(() => {
  const wall = performance.now()
  const { user, system } = process.cpuUsage(lastCpu)
  const turn = Math.min(wall - lastWall - RESOLUTION_MS, (user + system) / 1000)
  if (turn > 5) turnsOver5Ms++
  longestTurnMs = Math.max(longestTurnMs, turn)
  lastWall = wall
  lastCpu = process.cpuUsage()
}, RESOLUTION_MS).unref()

process.on('SIGUSR2', () => {
  const delayMs = { p50: delayAt(50), p99: delayAt(99), max: delayAt(100) }
  const turns = { longestMs: longestTurnMs, over5Ms: turnsOver5Ms }
  collect()
  collect()
  const memory = process.memoryUsage()
  const resources = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  writeFileSync(`${file}.new`, JSON.stringify({ answer: ++answers, memory, resources, delayMs, turns }))
  renameSync(`${file}.new`, file)
  // The collections above are ours, not the contender's: time counts again after the turn in which they were.
  setTimeout(() => {
    delays.reset()
    turnsOver5Ms = 0
    longestTurnMs = 0
  }, 5).unref()
})

function delayAt(percentile) {
  return Math.max(0, delays.percentile(percentile) / 1e6 - RESOLUTION_MS)
}
