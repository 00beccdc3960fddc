// node .ci/totals.mjs FOLDER [FAILED_STEP...]   Adds up vitest's JSON reports in FOLDER. The last line is the verdict.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const [folder = '.', ...failedSteps] = process.argv.slice(2)
const reports = readdirSync(folder).filter((name) => name.endsWith('.json'))

let passed = 0
let failed = 0
/** Steps whose failures are counted test by test. @type {string[]} */
const counted = []
process.stdout.write('\n')
for (const name of reports) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const skipped = report.numPendingTests + report.numTodoTests
  const step = basename(name, '.json')
  process.stdout.write(
    `${step}: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped\n`,
  )
  passed += report.numPassedTests
  failed += report.numFailedTests
  if (report.numFailedTests > 0) counted.push(step)
}
// A step that failed in any other way, a file that could not be loaded among them, counts as one.
failed += failedSteps.filter((step) => !counted.includes(step)).length
if (failedSteps.length > 0) process.stdout.write(`failed steps: ${failedSteps.join(', ')}\n`)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
