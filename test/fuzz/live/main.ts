/** `npm run fuzz`: hostile bytes against live processes. See docs/evidence/hostile-bytes.md. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Attack, Orders } from './attack.js'
import { coverageText } from './coverage.js'
import { handshakeAttack } from './handshake-attack.js'
import { parseOptions } from './options.js'
import { summaryOf, textOf } from './report.js'
import { ringAttack } from './ring-attack.js'
import { presentHeader, presentRecords } from './ring-inputs.js'
import { rpcAttack } from './rpc-attack.js'
import { showProgress } from './show-progress.js'
import { Tally, type TargetResult } from './tally.js'

const attacks: Readonly<Record<string, Attack>> = {
  handshake: handshakeAttack,
  rpc: rpcAttack,
  records: ringAttack('records', presentRecords, true, 0.88, 'one spoilt arena, attached to, used and closed'),
  header: ringAttack(
    'header',
    presentHeader,
    false,
    0.1,
    'one spoilt arena, mapped from its descriptor, used and closed',
  ),
}

const interruptedStatus = 130
const names = Object.keys(attacks)
const options = parseOptions(names)
const stop = { asked: false }
process.on('SIGINT', () => {
  if (stop.asked) process.exit(interruptedStatus)
  stop.asked = true
})
process.on('SIGTERM', () => process.exit(143))
process.stdout.on('error', () => process.exit())

const coverage = options.coverage ? mkdtempSync(join(tmpdir(), 'ringway-fuzz-')) : undefined
process.on('exit', () => {
  if (coverage !== undefined) rmSync(coverage, { recursive: true, force: true })
})

const shares = options.targets.reduce((sum, name) => sum + (attacks[name] as Attack).share, 0)
const results: TargetResult[] = []
process.stderr.write(`seed ${options.seed}\n`)
for (const name of options.targets) {
  if (stop.asked) break
  const attack = attacks[name] as Attack
  const inputs = Math.max(1, Math.round((options.inputs * attack.share) / shares))
  const tally = new Tally(name, options.seed)
  const orders: Orders = {
    seed: options.seed,
    first: options.replay ?? 0,
    inputs,
    replay: options.replay !== undefined,
    coverage,
    stop,
    onProgress: (so) => showProgress(so, inputs),
  }
  await attack.run(orders, tally)
  showProgress(undefined, 0)
  const result = tally.result()
  results.push(result)
  process.stdout.write(`${textOf(result)}\n`)
}

const summary = summaryOf(results, options.seed, stop.asked)
process.stdout.write(
  `\nseed ${summary.seed}: ${summary.inputs} inputs in ${(summary.durationMs / 1000).toFixed(1)} s, ${summary.crashes} crashes, ` +
    `${summary.hangs} hangs, ${summary.violations} violations, ${summary.leaks} leaks${stop.asked ? '; interrupted' : ''}\n`,
)
if (coverage !== undefined) process.stdout.write(`${coverageText(coverage)}\n`)
if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
const failed = summary.crashes + summary.hangs + summary.violations + summary.leaks > 0
process.exit(stop.asked ? interruptedStatus : failed ? 1 : 0)
