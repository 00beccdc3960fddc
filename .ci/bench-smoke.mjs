// Runs every bench for a moment, the way a user would, and checks the JSON object that it ends with.
// node .ci/bench-smoke.mjs [NAME...]
import { spawnSync } from 'node:child_process'

/** What others read out of each result. @type {Record<string, readonly string[]>} */
const fields = {
  rtt: ['floorNs', 'rttNs', 'ratio', 'guardRatio'],
  throughput: [],
  'event-loop': [],
  compare: [],
  endings: ['exitMs.none', 'exitMs.native'],
  tail: ['default.percentilesNs.p999', 'both.percentilesNs.p999', 'waitingPercent.0.1'],
  rpc: ['floorNs', 'spin.ratio', 'async.oneInFlightNs', 'async.callsPerSecond64'],
}

/** @param {unknown} result @param {string} field names from the outside in, with dots between */
function valueAt(result, field) {
  return field.split('.').reduce((value, name) => /** @type {any} */ (value)?.[name], result)
}

/**
 * @param {string} name
 * @returns {string | undefined} what is wrong
 */
function failureOf(name) {
  const { status, stdout, signal } = spawnSync('npm', ['run', '--silent', 'bench', '--', name, '--json', '--smoke'], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
    timeout: 120_000,
  })
  if (status !== 0) return `ended with ${signal ?? `exit code ${status}`}`
  const lastLine = stdout.trimEnd().split('\n').at(-1) ?? ''
  try {
    const result = JSON.parse(lastLine)
    const missing = (fields[name] ?? []).filter((field) => !Number.isFinite(valueAt(result, field)))
    return missing.length > 0 ? `printed no ${missing.join(', ')}` : undefined
  } catch {
    return `did not end with a JSON object but with: ${lastLine}`
  }
}

const asked = process.argv.slice(2)
for (const name of asked.length > 0 ? asked : Object.keys(fields)) {
  const failure = failureOf(name)
  process.stdout.write(`bench ${name}: ${failure ?? 'runs'}\n`)
  if (failure !== undefined) process.exitCode = 1
}
